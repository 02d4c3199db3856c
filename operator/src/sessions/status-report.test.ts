import { isMaterial, parseStatusReport } from './status-report';

const status = (activity: string) =>
  JSON.stringify({ bound: true, sessionId: 's', report: { activity, attachments: 1, lastActivityAt: 1 } });

test('what an older runner calls waiting is done', () => {
  expect(parseStatusReport(status('waiting'))).toMatchObject({ report: { activity: 'done' } });
});

test.each([
  ['working', 'asks', true],
  ['asks', 'done', true],
  ['done', 'idle', true],
  ['working', 'idle', false],
])('from %s to %s: worth a write to the object is %s', (from, to, expected) => {
  const [before, after] = [parseStatusReport(status(from)), parseStatusReport(status(to))];
  expect(after !== null && isMaterial(before ?? undefined, after)).toBe(expected);
});
