/** SIGTERM ends a gateway in its grace, whatever those who are connected do or leave undone, and leaves nothing of its sessions. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { head } from '@claude-webui/testing/http/raw-peer';
import { GatewayProcess } from './testing/gateway-process';
import { commandOf, processesWith } from './testing/processes';
import { STUBBORN, stubbornPeer } from './testing/stubborn-peers';
import { TcpProxy } from './testing/tcp-proxy';

/** What a gateway alone has to end in (END_MS in gateway.ts), and some for a busy machine. Milliseconds. */
const GRACE_MS = 25_000;
const POLICY = { version: 1, everyone: { programs: { others: [{ path: '/bin/cat' }, { path: '/usr/bin/yes' }] } } };

let directory: string;
let gateway: GatewayProcess;
let token: string;
let stops: (() => unknown)[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cwui-stopping-'));
  stops = [() => rmSync(directory, { recursive: true, force: true })];
  writeFileSync(join(directory, 'policy.yaml'), stringify(POLICY));
  gateway = await GatewayProcess.start({
    DATA_DIR: join(directory, 'data'),
    CLAUDE_WORKING_DIR: join(directory, 'sessions'),
    POLICY_FILE: join(directory, 'policy.yaml'),
    ANTHROPIC_API_KEY: 'sk-ant-test',
  });
  token = await gateway.signIn();
});
afterEach(async () => {
  await gateway.end();
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Resolves when it has left, in order and in time, with the processes that it has left. */
async function stopped(sessionId: string): Promise<number[]> {
  const since = performance.now();
  gateway.child.kill('SIGTERM');
  if ((await gateway.left) !== 0) throw new Error(`it could not close everything: ${gateway.lastWords}`);
  expect(performance.now() - since).toBeLessThan(GRACE_MS);
  return processesWith(sessionId);
}

const alive = async (sessionId: string) => {
  const terminal = await gateway.attach(token, sessionId);
  await terminal.echoes();
  stops.push(() => terminal.close());
  return terminal;
};

test('peers that begin something, do not read, and do not go', async () => {
  const sessionId = await gateway.session(token);
  const terminal = await alive(sessionId);
  const opened = await gateway.call('GET', '/socket.io/?EIO=4&transport=polling', null);
  const { sid } = JSON.parse(opened.body.slice(1)) as { sid: string };
  const poll = head('GET', `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
  for (const words of [poll, ...STUBBORN.map((words) => words(token, sessionId))]) {
    const peer = stubbornPeer(gateway.port, words);
    stops.push(() => peer.destroy());
    await once(peer, 'connect');
  }
  // What came before has been read.
  await terminal.echoes();
  expect(await stopped(sessionId)).toEqual([]);
});

test('an attached client that stops reading while its session puts out without end', async () => {
  const way = await TcpProxy.to(gateway.port);
  stops.push(() => way.close());
  const sessionId = await gateway.session(token, '/usr/bin/yes');
  const client = await gateway.attach(token, sessionId, way.port);
  stops.push(() => client.close());
  await new Promise((resolve) => client.socket.once('output', resolve));
  way.stall();
  const other = await gateway.session(token);
  const terminal = await alive(other);
  await terminal.echoes();
  expect(await stopped(sessionId)).toEqual([]);
});

test('a runner that does not answer any more', async () => {
  const sessionId = await gateway.session(token);
  await alive(sessionId);
  for (const pid of gateway.runners) process.kill(pid, 'SIGSTOP');
  expect(await stopped(sessionId)).toEqual([]);
});

test('a runner that does not answer while it starts', async () => {
  const starting = gateway.session(token);
  while (gateway.runners.length === 0) await gateway.status('/health');
  const { runners } = gateway;
  for (const pid of runners) process.kill(pid, 'SIGSTOP');
  expect(await stopped(await starting)).toEqual([]);
  expect(runners.filter((pid) => commandOf(pid) !== '')).toEqual([]);
});
