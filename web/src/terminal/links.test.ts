import { findLinks } from './links';

const rows = (...texts: string[]) => texts.map((text) => ({ text, wrapped: false }));

test('a link ends before the dot that ends its sentence', () => {
  expect(findLinks(rows('see https://example.com/a.html.'), 40)).toEqual([
    { url: 'https://example.com/a.html', from: { row: 0, column: 4 }, to: { row: 0, column: 29 } },
  ]);
});

test('a link that the program itself broke at the edge is one link', () => {
  const found = findLinks(rows('https://example.com/login?', 'code=abcdef&state=12345678', 'end'), 26);
  expect(found).toEqual([
    {
      url: 'https://example.com/login?code=abcdef&state=12345678',
      from: { row: 0, column: 0 },
      to: { row: 1, column: 25 },
    },
  ]);
});

test('a full line does not swallow the next when that begins with something else', () => {
  const [first, second] = findLinks(rows('https://example.com/aaaaaa', 'https://example.com/bbbbbb'), 26);
  expect([first?.url, second?.url]).toEqual(['https://example.com/aaaaaa', 'https://example.com/bbbbbb']);
  expect(findLinks(rows('https://example.com/aaaaaa', ' and more'), 26)).toHaveLength(1);
});

test('a line that the terminal wrapped is joined', () => {
  const wrapped = [
    { text: 'go to https://exam', wrapped: false },
    { text: 'ple.com/x now', wrapped: true },
  ];
  expect(findLinks(wrapped, 18).map(({ url }) => url)).toEqual(['https://example.com/x']);
});
