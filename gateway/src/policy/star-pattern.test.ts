import { fitsStarPattern } from './star-pattern';

const LIMIT_MS = 5;
/** Of a policy file (schema.ts) and of a request (http/schemas.ts). */
const [MAX_PATTERN_CHARACTERS, MAX_ARGUMENT_CHARACTERS] = [500, 4096];

/** The definition, written out: a star takes any number of characters. For short texts only. */
function fitsByDefinition(pattern: string, text: string): boolean {
  const [first] = pattern;
  if (first === undefined) return text === '';
  if (first !== '*') return text.startsWith(first) && fitsByDefinition(pattern.slice(1), text.slice(1));
  return Array.from({ length: text.length + 1 }, (_, taken) => taken).some((taken) =>
    fitsByDefinition(pattern.slice(1), text.slice(taken)),
  );
}

/** Numbers from 0 to `below`, the same in each run (Numerical Recipes' LCG). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const textOf = (alphabet: string, length: number, next: (below: number) => number) =>
  Array.from({ length }, () => alphabet[next(alphabet.length)]).join('');

test.each([
  ['/srv/data/*', '/srv/data/y', true],
  ['/srv/data/*', '/x/srv/data/y', false],
  ['/srv/data/*', '/srv/data/', true],
  ['*.md', 'a.md', true],
  ['*.md', 'a.mdx', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a.c', 'abc', false],
  ['a*', 'a\nb', true],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
])('%s and %j: %s', (pattern, text, expected) => {
  expect(fitsStarPattern(pattern, text)).toBe(expected);
});

test('fits what the definition fits', () => {
  const next = numbers(1);
  for (let round = 0; round < 20_000; round += 1) {
    const pattern = textOf('ab*', next(8), next);
    const text = textOf('ab', next(10), next);
    expect([pattern, text, fitsStarPattern(pattern, text)]).toEqual([pattern, text, fitsByDefinition(pattern, text)]);
  }
});

/** Of one match. Whatever else the machine does only makes a measurement longer, so of several the least is right. Milliseconds. */
function leastTime(pattern: string, text: string, attempts: number): number {
  const startedAt = performance.now();
  fitsStarPattern(pattern, text);
  const ms = performance.now() - startedAt;
  return ms < LIMIT_MS || attempts === 1 ? ms : Math.min(ms, leastTime(pattern, text, attempts - 1));
}

test('each of 100,000 pairs of a pattern and an argument takes less than 5 ms', () => {
  // Up to 63 stars; a backtracking matcher does not finish the first hundred.
  const next = numbers(2);
  const slow: { ms: number; pattern: string; length: number }[] = [];
  for (let round = 0; round < 100_000; round += 1) {
    const pattern = `${textOf('a*', next(64), next)}*b`;
    const text = 'a'.repeat(next(MAX_ARGUMENT_CHARACTERS)) + (next(2) === 0 ? 'b' : '');
    const ms = leastTime(pattern, text, 5);
    if (ms >= LIMIT_MS) slow.push({ ms, pattern, length: text.length });
  }
  expect(slow).toEqual([]);
});

test.each([
  ['a part that almost fits everywhere', `*${'a'.repeat(250)}b${'a'.repeat(247)}*`],
  ['a part that fits but for its beginning', `*b${'a'.repeat(497)}*`],
  ['a part that fits but for its end', `*${'a'.repeat(497)}b*`],
  ['as many stars as there may be', `${'a*'.repeat(249)}b`],
])('%s, in the longest pattern and the longest argument, takes less than 5 ms', (_what, pattern) => {
  expect(pattern.length).toBeLessThanOrEqual(MAX_PATTERN_CHARACTERS);
  expect(leastTime(pattern, 'a'.repeat(MAX_ARGUMENT_CHARACTERS), 20)).toBeLessThan(LIMIT_MS);
});
