import { FONT_SIZES, nextFontSize, parseSettings } from './settings';

const DEFAULTS = parseSettings(null);

test('what was chosen is read again', () => {
  const chosen = {
    theme: 'light',
    fontSize: 18,
    clipboardWrite: 'never',
    screenReader: true,
    optionAsMeta: 'left',
    sound: 'asks',
    renderer: 'dom',
  };
  expect(parseSettings(JSON.stringify(chosen))).toEqual(chosen);
});

test.each(['', '{', 'null', '7', '"text"', '[]', '[1]', '{"theme":{}}'])(
  'what is no set of choices is as nobody had chosen: %s',
  (text) => expect(parseSettings(text)).toEqual(DEFAULTS),
);

test.each([
  ['theme', ['plaid', null, 3, 'constructor']],
  ['fontSize', [0, -1, 10, 25, 1e9, 14.5, 'large', null, [], {}]],
  ['clipboardWrite', [false, 'yes', null]],
  ['screenReader', ['yes', 1, null]],
  ['optionAsMeta', ['up', true]],
  ['sound', ['loud', true]],
  ['renderer', ['canvas', 5]],
] as const)('of %s only what can be chosen is taken, and the other choices hold', (name, values) => {
  const others = name === 'theme' ? { sound: 'both' } : { theme: 'light' };
  for (const value of values)
    expect(parseSettings(JSON.stringify({ ...others, [name]: value }))).toEqual({ ...DEFAULTS, ...others });
});

test('a clipboard that was allowed by an earlier version still is', () => {
  expect(parseSettings('{"clipboardWrite":true}').clipboardWrite).toBe('always');
});

test('A+ and A− choose each size that the settings have, and no other', () => {
  const steps = (step: 1 | -1, from: (typeof FONT_SIZES)[number]) =>
    FONT_SIZES.slice(1).reduce((sizes, _) => [...sizes, nextFontSize(sizes.at(-1) ?? from, step)], [from]);
  expect(steps(1, 11)).toEqual(FONT_SIZES);
  expect(steps(-1, 24)).toEqual(FONT_SIZES.toReversed());
  expect(nextFontSize(24, 1)).toBe(24);
  expect(nextFontSize(11, -1)).toBe(11);
});

test.each([
  [17, 16],
  [19, 18],
  [21, 20],
  [23, 24],
])('a size that an earlier version could choose is the nearest that there is: %i, %i', (stored, size) => {
  expect(parseSettings(JSON.stringify({ fontSize: stored })).fontSize).toBe(size);
});
