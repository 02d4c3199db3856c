import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { PRESET_SESSION_POLICY } from '@claude-webui/protocol';
import { dialRunner } from '../runner-link/dial';
import { LocalSessions, ALICE, backendOptions } from '../testing/local-sessions';
import { ownRunners, processesWith } from '../testing/processes';
import { readyRecord } from '../testing/session-record';
import type { Placement } from './backend';
import { ProcessBackend } from './process-backend';

const NEVER = new AbortController().signal;

function placement(): Placement {
  return {
    sessionId: randomUUID(),
    owner: 'alice',
    ownerName: null,
    role: 'user',
    name: 'Session 1',
    workspace: 'main',
    attachKey: randomBytes(32).toString('base64url'),
    size: { cols: 80, rows: 24 },
    env: {},
    command: { program: null, args: [] },
    policy: PRESET_SESSION_POLICY,
  };
}

const temporaryDirectory = () => join(mkdtempSync(join(tmpdir(), 'cwui-test-')), 'sessions');

let closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

/** Closed after the test, whatever came of it. */
function opened<T extends { close(): Promise<void> }>(part: T): T {
  closers.push(() => part.close());
  return part;
}

test('closing ends every session and removes its sockets, processes and directories', async () => {
  const local = opened(new LocalSessions({ command: 'sleep 1000 & cat' }));
  const records = await Promise.all(Array.from({ length: 5 }, (_, n) => local.started(ALICE, { workspace: `w${n}` })));
  const sockets = records.map(({ endpoint }) => String(endpoint).replace('unix:', ''));
  expect(sockets.every((path) => existsSync(path) && path.length < 100)).toBe(true);
  await local.close();
  expect(sockets.filter((path) => existsSync(path))).toEqual([]);
  expect(records.flatMap(({ id }) => processesWith(id))).toEqual([]);
  expect((await local.directory.list()).map(({ end }) => end?.reason)).toEqual(Array(5).fill('server-stopping'));
});

test('100 sessions attached to and ended leave no descriptor of the server’s open', async () => {
  const local = opened(new LocalSessions());
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const openAndEnd = async () => {
    const record = await local.started(ALICE);
    const link = await dialRunner(record, 'drive', { client: randomUUID() }, NEVER);
    const closed = once(link, 'close');
    link.resume();
    await local.sessions.end(ALICE, record.id);
    await closed;
  };
  // The first loads and opens what is kept.
  await openAndEnd();
  const before = descriptors();
  for (let batch = 0; batch < 10; batch += 1) await Promise.all(Array.from({ length: 10 }, openAndEnd));
  expect(descriptors()).toBeLessThanOrEqual(before);
});

test('the working directory is its owner’s alone', () => {
  const directory = temporaryDirectory();
  const backend = new ProcessBackend(backendOptions(directory));
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(backend.reaches(readyRecord('unix:/nonexistent/socket'))).toBe(false);
});

test('a persistent workspace outlives its session, by owner and name', async () => {
  const local = opened(new LocalSessions({ persistent: true }));
  const { id } = await local.started(ALICE, { workspace: 'notes' });
  await local.sessions.end(ALICE, id);
  expect(existsSync(join(local.workingDirectory, 'alice', 'notes', 'workspace'))).toBe(true);
});

test('a program that leaves by itself ends its session with its exit status', async () => {
  const local = opened(new LocalSessions({ command: 'read line; exit 7' }));
  const record = await local.started();
  const link = await dialRunner(record, 'drive', { client: randomUUID() }, NEVER);
  link.send(Buffer.concat([Buffer.from([0x11, 0, 0, 0, 0, 0, 0, 0, 1]), Buffer.from('go\r')]));
  link.resume();
  expect(await local.ended(record.id)).toMatchObject({ end: { reason: 'exited', exitCode: 7 } });
  await local.close();
});

test('a placement given up is ended, not left running', async () => {
  const backend = new ProcessBackend(backendOptions(temporaryDirectory()));
  const wanted = placement();
  const giveUp = new AbortController();
  const placed = backend.place(wanted, giveUp.signal);
  giveUp.abort();
  await expect(placed).rejects.toMatchObject({ end: { reason: 'server-stopping' } });
  expect(processesWith(wanted.sessionId)).toEqual([]);
});

test('a runner that is killed during the start leaves no process, directory or socket', async () => {
  const directory = temporaryDirectory();
  const backend = new ProcessBackend(backendOptions(directory, { command: `trap '' HUP; exec sleep 1000` }));
  const wanted = placement();
  const placed = expect(backend.place(wanted, NEVER)).rejects.toMatchObject({ end: { reason: 'runner-crashed' } });
  const [runner] = ownRunners();
  const made = watch(directory);
  await once(made, 'change');
  made.close();
  process.kill(Number(runner), 'SIGKILL');
  await placed;
  expect(readdirSync(directory)).toEqual([]);
  expect(processesWith(wanted.sessionId)).toEqual([]);
});

test('ending an unknown session is already done', async () => {
  const backend = new ProcessBackend(backendOptions(temporaryDirectory()));
  await backend.end(readyRecord('unix:/nonexistent/socket'), 'terminated');
});

/** Kills the runners of this process, as the kernel does when memory is short. */
function crashRunners(): void {
  for (const pid of ownRunners()) process.kill(pid, 'SIGKILL');
}

test('a runner that crashes ends its session as crashed', async () => {
  const local = opened(new LocalSessions());
  const { id } = await local.started();
  crashRunners();
  expect(await local.ended(id)).toMatchObject({ end: { reason: 'runner-crashed' } });
});

test('a crashed runner’s processes do not outlive the session', async () => {
  const local = opened(new LocalSessions({ command: `trap '' HUP; echo deaf; exec sleep 1000` }));
  const record = await local.started();
  const link = await dialRunner(record, 'view', { client: randomUUID() }, NEVER);
  const deaf = new Promise<void>((resolve) =>
    link.on('message', (frame: Buffer) => frame.includes('deaf') && resolve()),
  );
  link.resume();
  await deaf;
  crashRunners();
  await local.ended(record.id);
  const left = processesWith(record.id);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  expect(left).toEqual([]);
});

test('many dials of one session all get its first frame', async () => {
  const local = opened(new LocalSessions());
  const record = await local.started();
  for (let n = 0; n < 30; n += 1) {
    const link = await dialRunner(record, 'view', { client: randomUUID() }, NEVER);
    const first = once(link, 'message', { signal: AbortSignal.timeout(2000) });
    link.resume();
    const [frame] = (await first) as [Buffer];
    expect(frame[0]).toBe(0x01);
    link.terminate();
  }
  await local.close();
});
