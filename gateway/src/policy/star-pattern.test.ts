import { fitsStarPattern } from './star-pattern';

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

test('no pattern makes an argument take longer than it is long', () => {
  // 100,000 pairs of up to 16 stars and 4,000 characters; a backtracking matcher does not finish the first hundred.
  const next = numbers(2);
  const slowest = { ms: 0, pattern: '' };
  for (let round = 0; round < 100_000; round += 1) {
    const pattern = `${textOf('a*', next(32), next)}*b`;
    const text = 'a'.repeat(next(4000)) + (next(2) === 0 ? 'b' : '');
    const before = process.cpuUsage();
    fitsStarPattern(pattern, text);
    const used = process.cpuUsage(before);
    const ms = (used.user + used.system) / 1000;
    if (ms > slowest.ms) Object.assign(slowest, { ms, pattern });
  }
  // CPU time of the process: a garbage collection may fall into it.
  expect(slowest.ms).toBeLessThan(50);
});
