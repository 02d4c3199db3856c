import { request } from 'node:http';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { RunningSession } from '../testing/running-session';

/** Longest that configuration takes. */
const MAX_MS = 30 * 86_400_000;

/** Processes that carry the session's marker. */
function processesOf(sessionId: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`).includes(sessionId);
    } catch {
      return false;
    }
  });
}

test('the last to leave starts the grace, and its end ends the session', async () => {
  const session = await RunningSession.shell('cat', { limits: { detachGraceMs: 50 } });
  const client = session.attach();
  await client.attached();
  await client.close();
  expect(await session.ended).toEqual({ reason: 'detach-timeout', exitCode: null });
  await session.left;
  expect(existsSync(session.spec.directory)).toBe(false);
});

test.each([
  ['nothing else ends it', { idleTimeoutMs: 0, idleWarningMs: 0, detachMaxWorkMs: 0 }],
  [
    'all other limits are as long as they can be',
    { idleTimeoutMs: MAX_MS, idleWarningMs: 3_600_000, detachMaxWorkMs: MAX_MS },
  ],
])('a grace of 0 ends a session with its last connection, when %s', async (_what, others) => {
  const session = await RunningSession.shell('cat', { limits: { detachGraceMs: 0, ...others } });
  const [first, last] = [session.attach(), session.attach({}, 'view')];
  await Promise.all([first.attached(), last.attached()]);
  await first.close();
  await session.until((event) => event.type === 'report' && event.report.attachments === 1);
  expect(session.events.filter(({ type }) => type === 'ended')).toEqual([]);
  await last.close();
  expect(await session.ended).toEqual({ reason: 'detach-timeout', exitCode: null });
  await session.left;
});

test('a warning longer than the idle limit is there from the start, and one of 0 never', async () => {
  const early = await RunningSession.shell('cat', { limits: { idleTimeoutMs: 1500, idleWarningMs: 3_600_000 } });
  const warned = early.attach();
  expect((await warned.attached()).state.idleEndsInMs).toBeLessThanOrEqual(1500);
  expect((await warned.frame('end')).end.reason).toBe('idle-timeout');
  await early.left;
  const late = await RunningSession.shell('cat', { limits: { idleTimeoutMs: 1500, idleWarningMs: 0 } });
  const unwarned = late.attach();
  expect((await unwarned.frame('end')).end.reason).toBe('idle-timeout');
  const warnings = unwarned.frames.filter(
    (frame) => frame.type === 'state' && frame.state.idleEndsInMs !== null && frame.state.idleEndsInMs > 0,
  );
  expect(warnings).toEqual([]);
  await late.left;
});

test('a grace longer than a timer of Node can wait is as long as that', async () => {
  const session = await RunningSession.shell('cat', {
    limits: { detachGraceMs: MAX_MS, idleTimeoutMs: MAX_MS },
  });
  const client = session.attach();
  await client.attached();
  client.type('there\r');
  await client.shows('there');
  await client.close();
  await session.until((event) => event.type === 'report' && event.report.attachments === 0);
  const again = session.attach();
  await again.attached();
  expect(session.events.filter(({ type }) => type === 'ended')).toEqual([]);
  await session.end();
});

test('a session in which nothing happens warns and ends', async () => {
  const session = await RunningSession.shell('cat', { limits: { idleTimeoutMs: 2000, idleWarningMs: 1900 } });
  const client = session.attach();
  await client.attached();
  const warning = await client.until(() =>
    client.frames.find((frame) => frame.type === 'state' && frame.state.idleEndsInMs !== null),
  );
  expect(warning).toMatchObject({ state: { idleEndsInMs: expect.any(Number) as number } });
  expect((await client.frame('end')).end.reason).toBe('idle-timeout');
  await session.left;
});

test('a key pressed during the countdown stops it', async () => {
  const session = await RunningSession.shell('cat', { limits: { idleTimeoutMs: 3000, idleWarningMs: 2900 } });
  const client = session.attach();
  const inCountdown = (frame: (typeof client.frames)[number]) =>
    frame.type === 'state' && frame.state.idleEndsInMs !== null;
  await client.until(() => client.frames.some(inCountdown));
  client.type('x');
  await client.until(() => {
    const states = client.frames.filter((frame) => frame.type === 'state');
    return states.at(-1)?.state.idleEndsInMs === null && states.some(inCountdown);
  });
  await session.end();
});

test('a model call in flight keeps a silent session', async () => {
  const session = await RunningSession.shell('cat', { limits: { idleTimeoutMs: 2000, idleWarningMs: 500 } });
  const mark = (ttlMs: number) =>
    new Promise<number | undefined>((resolve) => {
      request(
        {
          socketPath: session.socketPath,
          method: 'PUT',
          path: '/model-call',
          headers: { authorization: `Bearer ${session.token('control')}` },
        },
        (response) => resolve(response.resume().statusCode),
      ).end(JSON.stringify({ ttlMs }));
    });
  expect(await mark(60_000)).toBe(204);
  const outcome = await Promise.race([
    session.ended.then(() => 'ended'),
    new Promise((resolve) => setTimeout(() => resolve('alive'), 3000)),
  ]);
  expect(outcome).toBe('alive');
  expect(await mark(0)).toBe(204);
  expect((await session.ended).reason).toBe('idle-timeout');
});

test('a grandchild that called setsid, ignores signals and lost its parent does not survive', async () => {
  const session = await RunningSession.shell(
    `(trap '' HUP TERM INT; setsid sh -c 'trap "" HUP TERM INT; echo "orphan"; while :; do sleep 1; done' & ) ; read line`,
    { limits: { endGraceMs: 200 } },
  );
  const client = session.attach();
  await client.shows('orphan');
  expect(processesOf(session.spec.sessionId).length).toBeGreaterThanOrEqual(2);
  await session.end();
  expect(processesOf(session.spec.sessionId)).toEqual([]);
});

test('100 sessions opened and ended leave no process and no directory', async () => {
  const all: RunningSession[] = [];
  for (let batch = 0; batch < 10; batch += 1) {
    const sessions = await Promise.all(
      Array.from({ length: 10 }, () => RunningSession.shell('sleep 1000 & cat', { limits: { endGraceMs: 500 } })),
    );
    await Promise.all(
      sessions.map(async (session) => {
        const client = session.attach();
        await client.attached();
        await session.end();
      }),
    );
    all.push(...sessions);
  }
  expect(all.filter((session) => existsSync(session.spec.directory))).toEqual([]);
  expect(all.flatMap((session) => processesOf(session.spec.sessionId))).toEqual([]);
  expect(all.filter((session) => existsSync(session.socketPath))).toEqual([]);
});

test('the runner outlives its parent’s channel and keeps the session for whoever attaches', async () => {
  const session = await RunningSession.shell('cat');
  session.process.disconnect();
  const client = session.attach();
  await client.attached();
  client.type('still here\r');
  await client.shows('still here');
  session.process.kill('SIGTERM');
  expect((await client.frame('end')).end.reason).toBe('server-stopping');
  await session.left;
});
