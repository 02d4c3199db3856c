import { Coalescer } from './coalescer';

const small = Buffer.from('a');
const large = Buffer.alloc(4096);

test('an echo after silence leaves at once', () => {
  const coalescer = new Coalescer(65_536);
  expect(coalescer.add(small, 0)).toBe('flush');
  expect(coalescer.take()).toEqual({ pieces: [small], bytes: 1 });
});

test('a flood is held until there is a whole frame', () => {
  const coalescer = new Coalescer(65_536);
  for (let n = 1; n < 16; n += 1) expect(coalescer.add(large, 0)).toBe('hold');
  expect(coalescer.add(large, 0)).toBe('flush');
  expect(coalescer.take().bytes).toBe(65_536);
  expect(coalescer.held).toBe(0);
});

test('a program that prints byte by byte is a flood too, for a while', () => {
  const coalescer = new Coalescer(65_536);
  const verdicts = Array.from({ length: 100 }, () => {
    const verdict = coalescer.add(small, 1);
    coalescer.take();
    return verdict;
  });
  expect(verdicts.filter((verdict) => verdict === 'flush')).toHaveLength(64);
  expect(coalescer.add(small, 6)).toBe('flush');
});
