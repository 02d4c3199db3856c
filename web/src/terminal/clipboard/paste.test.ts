import { pasteInto, quotedPath, sanitizePaste } from './paste';

const END_MARKS = ['\x1b[201~', '\u009b201~', '\x1b\x1b[201~[201~', '\x1b\x00[201~', '\x1b[2\x1b[201~01~'];

test.each(END_MARKS)('the end mark %j does not get through', (mark) => {
  const safe = sanitizePaste(`before${mark}\rrm -rf ~\r`);
  expect(safe).not.toMatch(/[\x1b\u009b]/);
  expect(safe.startsWith('before')).toBe(true);
});

test('of all 65,536 code units only tab and carriage return are controls that get through', () => {
  const through = Array.from({ length: 0x10000 }, (_, unit) => sanitizePaste(String.fromCharCode(unit))).filter(
    (text) => /\p{Cc}/u.test(text),
  );
  expect([...new Set(through)].toSorted()).toEqual(['\t', '\r']);
});

test('whatever is pasted, no control but tab and carriage return is left, and no other character is lost', () => {
  const pieces = [
    'a',
    'é',
    '漢',
    '🙂',
    ' ',
    '\t',
    '\r',
    '\n',
    '\x1b',
    '[',
    '2',
    '0',
    '1',
    '~',
    '\u009b',
    '\x00',
    '\x03',
    '\x7f',
    '\u0085',
  ];
  // A linear congruential generator: the same texts at each run.
  let state = 1;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % pieces.length;
  for (let round = 0; round < 20_000; round += 1) {
    const text = Array.from({ length: round % 24 }, () => pieces[next()] ?? '').join('');
    const safe = sanitizePaste(text);
    expect(safe).not.toMatch(/(?![\t\r])\p{Cc}/u);
    expect(safe.replaceAll('\r', '')).toBe(text.replaceAll(/(?!\t)\p{Cc}/gu, ''));
    expect(sanitizePaste(safe)).toBe(safe);
  }
});

test.each([
  ['a\nb', 'a\rb'],
  ['a\r\nb', 'a\rb'],
  ['a\rb', 'a\rb'],
  ['a\n\nb', 'a\r\rb'],
])('the line end in %j is a carriage return', (text, pasted) => expect(sanitizePaste(text)).toBe(pasted));

test('nothing is pasted if nothing is left', () => {
  const pasted: string[] = [];
  const terminal = { paste: (text: string) => pasted.push(text) };
  pasteInto(terminal, '\x1b\x03');
  pasteInto(terminal, 'x\x1b');
  expect(pasted).toEqual(['x']);
});

test.each([
  ['/tmp/a.png', '/tmp/a.png'],
  ['/tmp/a b.png', "'/tmp/a b.png'"],
  ["it's", "'it'\\''s'"],
  ['$(x)', "'$(x)'"],
])('the path %s is quoted as %s', (path, quoted) => expect(quotedPath(path)).toBe(quoted));
