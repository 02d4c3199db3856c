import { NO_HASH } from './line';
import { chained, hashIn } from './testing/chain';
import { Verification, readLine } from './verify';

test('whatever range of a large log is removed, it is no longer whole', () => {
  const log: string[] = [];
  // One writer in three was killed: the next one has found its end.
  for (let writer = 1; writer <= 30; writer += 1) {
    const id = `00000000-0000-4000-8000-${String(writer).padStart(12, '0')}`;
    const lines = chained(30, log.length === 0 ? NO_HASH : hashIn(log.at(-1)!), id);
    log.push(...(writer % 3 === 0 ? lines.slice(0, -1) : lines));
  }
  // What each line is by itself does not depend on its neighbours: it is read once.
  const read = log.map(readLine);
  const expected = hashIn(log.at(-1)!);
  const isWholeWithout = (from: number, to: number) => {
    const verification = new Verification({ after: null, expected });
    for (const [at, line] of read.entries()) {
      if (verification.report.problem !== null) break;
      if (at < from || at >= to) verification.take(`lines:${at + 1}`, line);
    }
    const { problem, gaps, lines } = verification.finish();
    return problem === null && gaps.length === 0 && lines > 0;
  };
  expect(log.length).toBeGreaterThan(900);
  expect(isWholeWithout(0, 0)).toBe(true);
  let state = 1;
  const below = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  for (let round = 0; round < 10_000; round += 1) {
    const from = below(log.length);
    const to = from + 1 + below(log.length - from);
    if (isWholeWithout(from, to)) throw new Error(`Nobody notices that lines ${from} to ${to} are gone.`);
  }
});
