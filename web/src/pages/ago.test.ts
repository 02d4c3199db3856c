import { ago } from './ago';

const NOW = Date.parse('2026-01-10T12:00:00Z');

test.each([
  ['2026-01-10T12:00:05Z', 'just now'],
  ['2026-01-10T11:59:01Z', 'just now'],
  ['2026-01-10T11:59:00Z', '1 minute ago'],
  ['2026-01-10T09:31:00Z', '2 hours ago'],
  ['2026-01-09T12:00:00Z', 'yesterday'],
])('%s is %s', (time, words) => {
  expect(ago(time, NOW)).toBe(words);
});
