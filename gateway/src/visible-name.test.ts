import { isVisibleName, visibleName } from './visible-name';

test.each(['Alice', 'Zoë Łęcka', '日本語', 'عليّ', '한국어', 'e\u0301', 'Fix 🚀 ❤\ufe0f', 'a b', '#1'])(
  '"%s" is a name',
  (name) => {
    expect(isVisibleName(name)).toBe(true);
  },
);

test.each([
  ['a line feed', '\n'],
  ['an escape', '\u001b'],
  ['a C1 control', '\u009b'],
  ['a bidirectional override', '\u202e'],
  ['a bidirectional isolate', '\u2066'],
  ['an Arabic letter mark', '\u061c'],
  ['a zero-width space', '\u200b'],
  ['a zero-width joiner', '\u200d'],
  ['a byte order mark', '\ufeff'],
  ['a soft hyphen', '\u00ad'],
  ['a line separator', '\u2028'],
  ['a no-break space', '\u00a0'],
  ['a Hangul filler', '\u3164'],
  ['a half-width Hangul filler', '\uffa0'],
  ['a grapheme joiner', '\u034f'],
  ['a blank of Braille', '\u2800'],
  ['a tag', '\u{e0041}'],
  ['half a pair', '\ud800'],
])('%s is no part of a name, and no name', (_what, character) => {
  expect(isVisibleName(`Al${character}ice`)).toBe(false);
  expect(visibleName(`Al${character}ice`)).toBe('Alice');
  expect(visibleName(character)).toBeNull();
});

test.each([
  ['nothing', ''],
  ['spaces', '  '],
  ['an accent alone', '\u0301'],
  ['a selector alone', '\ufe0f'],
])('%s is no name', (_what, name) => {
  expect(visibleName(name)).toBeNull();
});
