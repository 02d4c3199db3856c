import { background, onBackgroundFailure } from './background';

test('a failure of work that nobody awaits reaches the listener with its label, and ends nothing', async () => {
  const failures: unknown[][] = [];
  const unsubscribe = onBackgroundFailure((...failure) => failures.push(failure));
  const lost = new Error('Redis is away');
  background('session-list', Promise.reject(lost), { sessionId: 's' });
  background('session-watch', Promise.resolve());
  await new Promise(setImmediate);
  expect(failures).toEqual([['session-list', lost, { sessionId: 's' }]]);
  unsubscribe();
});
