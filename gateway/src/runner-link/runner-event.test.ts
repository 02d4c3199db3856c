import { ACTIVITIES } from '@claude-webui/protocol';
import { parseRunnerEvent } from './runner-event';

const report = (activity: string) =>
  JSON.stringify({ type: 'report', report: { activity, attachments: 1, lastActivityAt: 1 } });

test.each(ACTIVITIES)('a runner may report that Claude is %s', (activity) => {
  expect(parseRunnerEvent(report(activity))).toMatchObject({ report: { activity } });
});

test('what an older runner calls waiting is done, and a word of a later one is work', () => {
  expect(parseRunnerEvent(report('waiting'))).toMatchObject({ report: { activity: 'done' } });
  expect(parseRunnerEvent(report('sleeping'))).toMatchObject({ report: { activity: 'working' } });
});

test('an end for a reason of a later release is an end', () => {
  const end = { reason: 'of-a-later-release', exitCode: null };
  expect(parseRunnerEvent(JSON.stringify({ type: 'ended', end }))).toMatchObject({ end: { reason: 'terminated' } });
});

test.each([
  { type: 'of-a-later-release' },
  { type: 'of-a-later-release', measure: 1 },
  { type: 'measure', measure: { name: 'of-a-later-release', rule: 1 } },
  { type: 'measure', measure: { name: 'policy-hit', rule: 'of-a-later-release', count: 1 } },
])('what only a later release says is passed over: %j', (event) => {
  expect(parseRunnerEvent(JSON.stringify(event))).toBe('unknown');
});

test('fields of a later release are passed over', () => {
  const event = { ...(JSON.parse(report('idle')) as object), more: { a: 1 } };
  expect(parseRunnerEvent(JSON.stringify(event))).toEqual(JSON.parse(report('idle')));
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{}',
  '{"type":1}',
  '{"type":"report"}',
  '{"type":"measure"}',
  '{"type":"ended","end":1}',
])('this is nothing that a runner says: %s', (text) => {
  expect(parseRunnerEvent(text)).toBeNull();
});
