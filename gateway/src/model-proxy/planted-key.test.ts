/** The model provider's key is looked for in all that a session is, has and leaves: from inside, and from outside. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { stringify } from 'yaml';
import { MotoProcess, noMoto } from '@claude-webui/testing/processes/moto-process';
import { MountedSecret } from '../secrets/testing/mounted-secret';
import { probeIsolation } from '../sessions/isolation';
import { listen } from '../testing/http';
import { descendantsOf, environmentOf, commandOf } from '../testing/processes';
import { PASSWORD, environmentIn } from '../testing/environment';

const MAIN = join(__dirname, '../../dist/main.js');

/** Started by a policy that lets it be. What it can find it writes into its workspace; unconfined, it searches its own files only. */
const program = (places: string) => `#!/bin/sh
stty -echo
{ env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'; grep -raFs '' ${places}; } >/tmp/found 2>/dev/null
mv /tmp/found "$PWD/found"
printf '<%s|%s>' "$ANTHROPIC_BASE_URL" "$ANTHROPIC_AUTH_TOKEN"
exec cat
`;

let base: string;
const closers: (() => Promise<void> | void)[] = [];
beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'cwui-planted-key-'))));
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(base, { recursive: true, force: true });
});

async function fromAws(key: string): Promise<Record<string, string>> {
  const moto = await MotoProcess.start();
  closers.push(() => moto.kill());
  await moto.put('claude-webui/anthropic', { apiKey: key });
  await moto.put('claude-webui/jwt', { active: 'k1', keys: { k1: randomBytes(32).toString('base64') } });
  return moto.env;
}

function fromFiles(key: string): Promise<Record<string, string>> {
  const mounted = new MountedSecret({
    anthropic: { apiKey: key },
    jwt: { active: 'k1', keys: { k1: randomBytes(32).toString('base64') } },
  });
  closers.push(() => mounted.close());
  return Promise.resolve(mounted.env);
}

function fromEnvironment(key: string): Promise<Record<string, string>> {
  return Promise.resolve({ ANTHROPIC_API_KEY: key, JWT_SECRET: randomBytes(32).toString('base64') });
}

const plainly = () => [process.execPath, MAIN] as const;

/** As a script of a package, as `npm start` does: npm and a shell have the environment too. */
function byNpm(): [string, ...string[]] {
  const scripts = { start: `"${process.execPath}" "${MAIN}"` };
  writeFileSync(join(base, 'package.json'), JSON.stringify({ name: 'of-a-test', version: '1.0.0', scripts }));
  return ['npm', 'start', '--prefix', base];
}

const familyOf = (pid: number) => [pid, ...descendantsOf(pid)];
const isServer = (pid: number) => commandOf(pid) === `${process.execPath}\0${MAIN}\0`;

/** The gateway as its own process. `said` is all that it has written. */
async function startGateway(env: Record<string, string>, [file, ...args]: readonly [string, ...string[]]) {
  const child = spawn(file, args, {
    env: {
      ...environmentIn(base),
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'trace',
      POLICY_FILE: join(base, 'policy.yaml'),
      ...env,
    },
  });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said.text += data.toString()));
  const left = once(child, 'close');
  const stop = async () => {
    // npm's shell passes no signal on.
    for (const pid of familyOf(child.pid ?? NaN).filter(isServer)) process.kill(pid, 'SIGTERM');
    await left;
  };
  closers.push(stop);
  for (;;) {
    const [, url] = /is at (http:\S+)/.exec(said.text) ?? [];
    if (url !== undefined) return { url, said, stop, pid: child.pid ?? 0 };
    const ended = await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), left.then(() => null)]);
    if (ended === null) throw new Error(said.text);
  }
}

/** Every file below, its path and its content. */
function filesBelow(directory: string): [path: string, content: string][] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => [path, readFileSync(path, 'latin1')]);
}

type Source = (key: string) => Promise<Record<string, string>>;
type Case = [name: string, source: Source, isolation: 'auto' | 'off', command: () => readonly [string, ...string[]]];

test.each<Case>([
  ['files', fromFiles, 'auto', plainly],
  ['the environment', fromEnvironment, 'auto', plainly],
  ['the environment of npm', fromEnvironment, 'auto', byNpm],
  ['the environment, where sessions see all processes,', fromEnvironment, 'off', plainly],
  ['the environment of npm, where sessions see all processes,', fromEnvironment, 'off', byNpm],
  ...(noMoto === null ? [['Secrets Manager', fromAws, 'auto', plainly] satisfies Case] : []),
])('a key from %s pays for a session’s calls, and is nowhere in it', async (_name, source, isolation, command) => {
  const key = `sk-ant-planted-${randomBytes(12).toString('hex')}`;
  const isConfined = isolation === 'auto' && (await probeIsolation('auto')).confinement === 'bubblewrap';
  mkdirSync(join(base, 'bin'));
  const places = isConfined ? '"$HOME" "$PWD" /tmp /etc /run /var /opt /srv /home /root' : '"$HOME" "$PWD"';
  const path = join(base, 'bin', 'search');
  writeFileSync(path, program(places));
  chmodSync(path, 0o755);
  const policy = { version: 1, everyone: { programs: { others: [{ path }] } } };
  writeFileSync(join(base, 'policy.yaml'), stringify(policy));
  const paid: IncomingHttpHeaders[] = [];
  const upstream = await listen((request, response) => {
    paid.push(request.headers);
    response.end('{"id":"msg_1"}');
  });
  closers.push(upstream.close);
  const env = await source(key);
  const settings = { ...env, ANTHROPIC_BASE_URL: upstream.url, SESSION_ISOLATION: isolation };
  const gateway = await startGateway(settings, command());

  const signIn = await fetch(`${gateway.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  const { token } = (await signIn.json()) as { token: string };
  const created = await fetch(`${gateway.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ program: path }),
  });
  const { id: sessionId } = (await created.json()) as { id: string };
  const socket = io(gateway.url, { auth: { token, sessionId }, transports: ['websocket'], reconnection: false });
  closers.push(() => void socket.disconnect());
  let output = '';
  await new Promise<void>((resolve) => {
    socket.on('output', ({ data }: { data: string }) => {
      output += data;
      if (/<.*>/s.test(output)) resolve();
    });
  });
  const [, url = '', sessionToken = ''] = /<(.*)\|(.*)>/.exec(output.replace(/[\r\n]/g, '')) ?? [];

  // It is in use.
  const answer = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sessionToken}` },
    body: '{}',
  });
  expect([...answer.headers, await answer.text()].join()).not.toContain(key);
  expect(paid.map((headers) => headers['x-api-key'])).toEqual([key]);

  // From inside: its own token is found by the same search, so it would have been found too.
  const file = await fetch(`${gateway.url}/api/v1/sessions/${sessionId}/files/found`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const found = await file.text();
  expect(found.includes(`ANTHROPIC_AUTH_TOKEN=${sessionToken}`)).toBe(true);
  expect(found.includes(key)).toBe(false);

  // From outside: the processes of the session, all files, all that was written.
  const processes = familyOf(gateway.pid);
  expect(processes.some((pid) => environmentOf(pid).includes(sessionToken))).toBe(true);
  expect(processes.filter((pid) => (environmentOf(pid) + commandOf(pid)).includes(key))).toEqual([]);
  const files = filesBelow(base);
  expect(files.some(([, content]) => content.includes(sessionToken))).toBe(true);
  expect(files.filter(([, content]) => content.includes(key)).map(([path]) => path)).toEqual([]);
  expect(output).not.toContain(key);
  await gateway.stop();
  expect(gateway.said.text).toContain('"msg":"request"');
  expect(gateway.said.text).not.toContain(key);
  expect(filesBelow(base).filter(([, content]) => content.includes(key))).toEqual([]);
});
