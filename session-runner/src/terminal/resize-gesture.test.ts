import { gestureWaitMs } from './resize-gesture';

/** When sizes are applied that come at these times. */
function appliedAt(times: readonly number[]): number[] {
  const applied: number[] = [];
  let pending: { since: number; due: number } | null = null;
  for (const now of [...times, Infinity]) {
    if (pending !== null && pending.due <= now) {
      applied.push(pending.due);
      pending = null;
    }
    if (now === Infinity) break;
    const since: number = pending?.since ?? now;
    pending = { since, due: now + gestureWaitMs(now, since, applied.at(-1) ?? -Infinity) };
  }
  return applied;
}

const every = (stepMs: number, untilMs: number) => Array.from({ length: untilMs / stepMs + 1 }, (_, n) => n * stepMs);

test.each([1, 8, 16, 33, 49, 51, 60, 100, 150, 200, 250, 300, 400, 499])(
  'a drag of three seconds in steps of %d ms signals three times at most, the last time at its end',
  (stepMs) => {
    const times = every(stepMs, 3000);
    const applied = appliedAt(times);
    expect(applied.length).toBeLessThanOrEqual(3);
    expect(applied.at(-1)).toBeGreaterThanOrEqual(times.at(-1) ?? 0);
    expect(applied.at(-1)).toBeLessThanOrEqual(3000 + 500);
  },
);

test('a single change takes effect at once, and so does the next that comes later', () => {
  expect(appliedAt([0, 2000, 5000])).toEqual([50, 2050, 5050]);
});

test('a second change that follows soon waits half a second for a third', () => {
  expect(appliedAt([0, 600])).toEqual([50, 1100]);
});

test('a drag that does not end changes the size all the same', () => {
  expect(appliedAt(every(16, 30_000)).length).toBeGreaterThanOrEqual(19);
});
