import { findLinks } from './links';
import type { ScreenCell } from '../screen-cell';

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]|\p{Emoji_Presentation}/u;
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cells as the terminal has them: one or two for a character, whatever code points it has. */
function cells(text: string, columns: number): ScreenCell[] {
  const written = Array.from(characters.segment(text), ({ segment }) => segment).flatMap((char): ScreenCell[] =>
    WIDE.test(char)
      ? [
          { text: char, width: 2 },
          { text: '', width: 0 },
        ]
      : [{ text: char, width: 1 }],
  );
  return [...written, ...Array.from({ length: columns - written.length }, () => ({ text: '', width: 1 }))];
}
const rows = (columns: number, ...texts: string[]) =>
  texts.map((text) => ({ cells: cells(text, columns), wrapped: false }));
const urls = (text: string) => findLinks(rows(120, text), 120).map(({ url }) => url);

test('a link ends before the dot that ends its sentence', () => {
  expect(findLinks(rows(40, 'see https://example.com/a.html.'), 40)).toEqual([
    { url: 'https://example.com/a.html', from: { row: 0, column: 4 }, to: { row: 0, column: 29 } },
  ]);
});

test.each([
  ['Chinese', '请看 https://example.com/a 谢谢', 5],
  ['Korean', '한글 https://example.com/a 입니다', 5],
  ['combining accents', 'cafe\u0301 e\u0301 https://example.com/a', 7],
  ['emoji of several code points', '👩‍👩‍👧 https://example.com/a', 3],
])('a link lies on its text after %s', (_what, text, column) => {
  expect(findLinks(rows(60, text), 60)).toEqual([
    { url: 'https://example.com/a', from: { row: 0, column }, to: { row: 0, column: column + 20 } },
  ]);
});

test('a link with wide characters ends at the last of their columns', () => {
  expect(findLinks(rows(60, 'https://example.com/漢字 x'), 60)).toEqual([
    { url: 'https://example.com/漢字', from: { row: 0, column: 0 }, to: { row: 0, column: 23 } },
  ]);
});

test.each([
  ['https://en.wikipedia.org/wiki/ICE_(FPGA)', 'https://en.wikipedia.org/wiki/ICE_(FPGA)'],
  ['(https://en.wikipedia.org/wiki/ICE_(FPGA))', 'https://en.wikipedia.org/wiki/ICE_(FPGA)'],
  ['(see https://example.com/a).', 'https://example.com/a'],
  ['[a](https://example.com/a)[b]', 'https://example.com/a'],
  ['http://[::1]:3000/x]', 'http://[::1]:3000/x'],
  ['**https://example.com/a**', 'https://example.com/a'],
  ['https://example.com/a?b=c#d!', 'https://example.com/a?b=c#d'],
  ['HTTPS://EXAMPLE.COM/A', 'HTTPS://EXAMPLE.COM/A'],
  ['见https://example.com/a。下一句', 'https://example.com/a'],
  ['（https://example.com/a）', 'https://example.com/a'],
  ['「https://example.com/a」、', 'https://example.com/a'],
  ['https://example.com/a，然后', 'https://example.com/a'],
  ['“https://example.com/a”', 'https://example.com/a'],
  ['│ https://example.com/a│', 'https://example.com/a'],
  ['║ https://example.com/a║', 'https://example.com/a'],
  ['»https://example.com/a«', 'https://example.com/a'],
  ['«https://example.com/a»', 'https://example.com/a'],
  ['‹https://example.com/a›', 'https://example.com/a'],
  ['„https://example.com/a“', 'https://example.com/a'],
  ['⟨https://example.com/a⟩', 'https://example.com/a'],
  ['اقرأ https://example.com/a، ثم', 'https://example.com/a'],
  ['هل https://example.com/a؟', 'https://example.com/a'],
  ['https://example.com/a؛ ثم', 'https://example.com/a'],
  ['देखें https://example.com/a। फिर', 'https://example.com/a'],
  ['https://example.com/a・次', 'https://example.com/a'],
  ['https://example.com/a։', 'https://example.com/a'],
  ['https://example.com/a→b', 'https://example.com/a'],
  ['https://example.com/a—and more', 'https://example.com/a'],
  ['https://example.com/a\u200b more', 'https://example.com/a'],
  ['https://example.com/a\u200e more', 'https://example.com/a'],
  ['https://example.com/a\u2066 more', 'https://example.com/a'],
  ['https://example.com/a\ufeff more', 'https://example.com/a'],
  ['https://example.com/a\ue0b0 more', 'https://example.com/a'],
  ["'https://example.com/a'", 'https://example.com/a'],
  ["('https://example.com/a').then(b)", 'https://example.com/a'],
  ["'https://example.com/a','b'", 'https://example.com/a'],
  ["https://example.com's page", 'https://example.com'],
  ["https://example.com/a'", 'https://example.com/a'],
  ["https://en.wikipedia.org/wiki/Rubik's_Cube", "https://en.wikipedia.org/wiki/Rubik's_Cube"],
  ["https://example.com/Products('abc')/Price", "https://example.com/Products('abc')/Price"],
  ['https://example.com?a=b', 'https://example.com?a=b'],
  ['https://例え.jp/日本語ー々', 'https://例え.jp/日本語ー々'],
  ['https://example.com/नमस्ते', 'https://example.com/नमस्ते'],
  ['https://example.com/می\u200cخواهم', 'https://example.com/می\u200cخواهم'],
  ['https://example.com/Col·legi', 'https://example.com/Col·legi'],
  ['https://example.com/👩‍👩‍👧/❤️', 'https://example.com/👩‍👩‍👧/❤️'],
  ['https://example.com/a–b', 'https://example.com/a–b'],
])('in %s', (text, url) => expect(urls(text)).toEqual([url]));

test.each(Array.from({ length: 0xa0 }, (_, n) => String.fromCodePoint(0x2500 + n)))(
  '%s, of a frame, is no part of a link',
  (frame) => {
    expect(urls(`${frame} https://example.com/a${frame}`)).toEqual(['https://example.com/a']);
  },
);

test.each(['https://', 'ftp://example.com/a', 'javascript:alert(1)', 'http://)'])('%s is no link', (text) => {
  expect(urls(text)).toEqual([]);
});

test('a link that the program itself broke at the edge is one link', () => {
  const found = findLinks(rows(26, 'https://example.com/login?', 'code=abcdef&state=12345678', 'the end'), 26);
  expect(found).toEqual([
    {
      url: 'https://example.com/login?code=abcdef&state=12345678',
      from: { row: 0, column: 0 },
      to: { row: 1, column: 25 },
    },
  ]);
});

test('a full line does not swallow the next when that begins with something else', () => {
  const [first, second] = findLinks(rows(26, 'https://example.com/aaaaaa', 'https://example.com/bbbbbb'), 26);
  expect([first?.url, second?.url]).toEqual(['https://example.com/aaaaaa', 'https://example.com/bbbbbb']);
  expect(findLinks(rows(26, 'https://example.com/aaaaaa', ' and more'), 26)).toHaveLength(1);
});

test('a line that the terminal wrapped is joined, also where a wide character did not fit', () => {
  const wrapped = (columns: number, first: string, second: string) => [
    { cells: cells(first, columns), wrapped: false },
    { cells: cells(second, columns), wrapped: true },
  ];
  expect(findLinks(wrapped(18, 'go to https://exam', 'ple.com/x now'), 18).map(({ url }) => url)).toEqual([
    'https://example.com/x',
  ]);
  expect(findLinks(wrapped(21, 'https://example.com/', '漢 now'), 21).map(({ url }) => url)).toEqual([
    'https://example.com/漢',
  ]);
});

test('a link that Claude Code broke within its margins is one link, from its first column to its last', () => {
  const found = findLinks(
    rows(
      44,
      '● see https://example.com/abcdefghij/abcde',
      '  fghij/abcdefghij/abcdefghij/abcdefghij/abc',
      '  de?x=1 and more',
    ),
    44,
  );
  expect(found).toEqual([
    {
      url: 'https://example.com/abcdefghij/abcdefghij/abcdefghij/abcdefghij/abcdefghij/abcde?x=1',
      from: { row: 0, column: 6 },
      to: { row: 2, column: 7 },
    },
  ]);
});

test.each(['│', '┃', '║', '╎', '▏', '|'])('a link in a frame is joined without the frame: %s', (frame) => {
  const inFrame = (text: string) => `${frame} ${text.padEnd(30)} ${frame}`;
  const [link] = findLinks(rows(34, inFrame('https://example.com/abcdefgh/'), inFrame('ijk?code=1')), 34);
  expect(link?.url).toBe('https://example.com/abcdefgh/ijk?code=1');
});

test.each(['  and more', '  next', '  1. First', '  (see above)', '● Done', ''])(
  'a link that ends near the margin does not swallow %j',
  (next) => {
    const [link] = findLinks(rows(30, '  see https://example.com/abcd', next), 30);
    expect(link?.url).toBe('https://example.com/abcd');
  },
);

test('a link over many rows is one link, though its last row is letters alone', () => {
  const [link] = findLinks(rows(20, 'https://example.com/', 'login?code=true&clie', 'nt_id=9d1c250a&scope', 'abc'), 20);
  expect(link?.url).toBe('https://example.com/login?code=true&client_id=9d1c250a&scopeabc');
  expect(findLinks(rows(20, 'https://example.com/', 'and more'), 20)[0]?.url).toBe('https://example.com/');
});
