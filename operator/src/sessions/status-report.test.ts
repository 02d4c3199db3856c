import { activityHasMoved, activityTime, isMaterial, parseStatusReport } from './status-report';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const status = (activity: string, lastActivityAt = 1) =>
  JSON.stringify({ bound: true, sessionId: 's', report: { activity, attachments: 1, lastActivityAt } });

test('what an older runner calls waiting is done', () => {
  expect(parseStatusReport(status('waiting'), NOW)).toMatchObject({ report: { activity: 'done' } });
});

test.each([
  ['working', 'asks', true],
  ['asks', 'done', true],
  ['done', 'idle', true],
  ['working', 'idle', false],
])('from %s to %s: worth a write to the object is %s', (from, to, expected) => {
  const [before, after] = [parseStatusReport(status(from), NOW), parseStatusReport(status(to), NOW)];
  expect(after !== null && isMaterial(before ?? undefined, after)).toBe(expected);
});

test('an activity far in the future, by a pod that its user has tampered with, is one of now', () => {
  expect(parseStatusReport(status('idle', 8_640_000_000_000_000), NOW)?.report?.lastActivityAt).toBe(NOW);
});

test('what is written about activity is never later than now nor much too old, and is written at most once a minute', () => {
  for (let run = 0; run < 50; run += 1) {
    let now = NOW;
    let written: string | undefined =
      run % 3 === 0 ? undefined : new Date(NOW + (Math.random() - 0.5) * 1e9).toISOString();
    let lastWriteAt = -Infinity;
    for (let poll = 0; poll < 50; poll += 1) {
      now += Math.random() * 30_000;
      // Runners are neither monotonic nor honest.
      const said = Math.floor(now + (Math.random() - 0.8) * 200_000);
      const { report } = parseStatusReport(status('idle', said), Math.floor(now))!;
      const before = written;
      const isDue = activityHasMoved(before === undefined ? null : Date.parse(before), report!.lastActivityAt, now);
      written = activityTime(before, report!.lastActivityAt, now);
      expect(written !== before).toBe(isDue);
      expect(Date.parse(written)).toBeLessThanOrEqual(now);
      expect(report!.lastActivityAt - Date.parse(written)).toBeLessThanOrEqual(60_000);
      if (written === before) continue;
      // Activity steps of a minute need a minute each, after the first step out of what was written before.
      if (poll > 1) expect(Date.parse(written) - lastWriteAt).toBeGreaterThanOrEqual(59_000);
      lastWriteAt = Date.parse(written);
    }
  }
});
