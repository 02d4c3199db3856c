import { ACTIVITIES } from '@claude-webui/protocol';
import { parseRunnerEvent } from './runner-event';

const report = (activity: string) =>
  JSON.stringify({ type: 'report', report: { activity, attachments: 1, lastActivityAt: 1 } });

test.each(ACTIVITIES)('a runner may report that Claude is %s', (activity) => {
  expect(parseRunnerEvent(report(activity))).toMatchObject({ report: { activity } });
});

test('what an older runner calls waiting is done, and an unknown word is none of a runner', () => {
  expect(parseRunnerEvent(report('waiting'))).toMatchObject({ report: { activity: 'done' } });
  expect(parseRunnerEvent(report('sleeping'))).toBeNull();
});
