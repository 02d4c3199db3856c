/** The real Claude Code in a session whose browsers have gone, against the scripted model. */
import { text } from '@claude-webui/testing/fake-anthropic/answer';
import type { FakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { startFakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { whyNoBubblewrap } from '../testing/bubblewrap-here';
import type { SpecChanges, TestClient } from '../testing/running-session';
import { RunningSession } from '../testing/running-session';

// One for each test: an answer that nobody has asked for, because Claude was interrupted before, would reach the next one.
let fake: FakeAnthropic;
beforeEach(async () => {
  fake = await startFakeAnthropic();
});

const running: RunningSession[] = [];
afterEach(async () => {
  for (const session of running.splice(0)) if (session.process.exitCode === null) await session.end();
  await fake.close();
});

async function startClaude(limits: SpecChanges['limits']): Promise<RunningSession> {
  const session = await RunningSession.start({
    limits: { ...limits, endGraceMs: 500 },
    program: {
      path: null,
      kind: 'claude',
      confinement: whyNoBubblewrap === null ? 'bubblewrap' : 'none',
      env: { ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_AUTH_TOKEN: 'test' },
    },
  });
  running.push(session);
  return session;
}

const activity = (client: TestClient) =>
  client.frames.flatMap((frame) =>
    frame.type === 'state' ? [frame.state.activity] : frame.type === 'attached' ? [frame.attached.state.activity] : [],
  );

const isNow = (client: TestClient, wanted: string) => client.until(() => activity(client).at(-1) === wanted);

async function prompted(session: RunningSession, words: string): Promise<TestClient> {
  const client = session.attach({ cols: '100', rows: '30' });
  await isNow(client, 'idle');
  await client.shows('shortcuts');
  client.type(words);
  // Claude moves the cursor over spaces.
  await client.shows(words.split(' ').at(-1) ?? words);
  client.type('\r');
  return client;
}

test('a working Claude survives the grace, and its session ends when it has finished', async () => {
  const session = await startClaude({ detachGraceMs: 100 });
  fake.queue({ ...text('Pineapple.'), delayMs: 4000 });
  const client = await prompted(session, 'fruit');
  await isNow(client, 'working');
  await client.close();
  const leftAt = performance.now();
  expect((await session.ended).reason).toBe('detach-timeout');
  expect(performance.now() - leftAt).toBeGreaterThan(2000);
  expect(session.events).toContainEqual(
    expect.objectContaining({ report: expect.objectContaining({ activity: 'working', attachments: 0 }) as object }),
  );
  await session.left;
});

test('work without an end does not keep a session for ever', async () => {
  const session = await startClaude({ detachGraceMs: 100, detachMaxWorkMs: 500 });
  fake.queue({ ...text('Pineapple.'), delayMs: 120_000 });
  const client = await prompted(session, 'fruit');
  await isNow(client, 'working');
  await client.close();
  expect((await session.ended).reason).toBe('detach-timeout');
  await session.left;
});

test('interrupted by Escape it works no more', async () => {
  const session = await startClaude({});
  fake.queue({ ...text('Pineapple.'), delayMs: 120_000 });
  const client = await prompted(session, 'fruit');
  await isNow(client, 'working');
  client.type('\x1b');
  await isNow(client, 'idle');
});

test('it asks, works through the whole run of what was permitted, and is done', async () => {
  const session = await startClaude({});
  const client = await prompted(session, 'tool: sleep 2; touch made');
  await isNow(client, 'asks');
  client.frames.length = 0;
  // A dialog of Claude's takes no key in its first moments.
  const permit = setInterval(() => client.type('\r'), 500);
  await isNow(client, 'working');
  clearInterval(permit);
  await isNow(client, 'done');
  expect(activity(client)).toEqual(['working', 'done']);
  client.type('x');
  await isNow(client, 'idle');
});
