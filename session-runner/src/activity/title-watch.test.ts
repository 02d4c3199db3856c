import { TitleWatch } from './title-watch';

const look = (...pieces: Buffer[]) => {
  const watch = new TitleWatch();
  return pieces.map((piece) => watch.look(piece));
};
const of = (sign: string) => Buffer.from(`shown\x1b[1m\x1b]0;${sign} Claude Code\x07more`);

test.each([
  ['✳', false],
  ['◐', true],
  ['◑', true],
  ['⠂', true],
  ['⣿', true],
  ['✻', true],
  ['x', null],
  ['é', null],
  ['日', null],
])('%s: Claude works: %s', (sign, works) => expect(look(of(sign))).toEqual([works]));

test('the last title of a piece counts', () => {
  expect(look(Buffer.concat([of('◐'), of('✳')]))).toEqual([false]);
  expect(look(Buffer.concat([of('✳'), of('◐'), of('x')]))).toEqual([true]);
});

test('a title is found wherever it is cut', () => {
  for (const [sign, works] of [
    ['✳', false],
    ['◐', true],
  ] as const) {
    const whole = of(sign);
    for (let cut = 1; cut < whole.length; cut += 1)
      expect(look(whole.subarray(0, cut), whole.subarray(cut)).filter((found) => found !== null)).toEqual([works]);
    const bytes = Array.from(whole, (byte) => Buffer.of(byte));
    expect(look(...bytes).filter((found) => found !== null)).toEqual([works]);
  }
});

test('output without an end is not kept', () => {
  const watch = new TitleWatch();
  for (let count = 0; count < 1000; count += 1) expect(watch.look(Buffer.from('\x1b'.repeat(8192)))).toBeNull();
});
