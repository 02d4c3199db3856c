/** What must never be written, looked for in all that the gateway's own process says: audit, logs and words to people. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { stringify } from 'yaml';
import { linesOf, verifyText } from './testing/lines';
import { PASSWORD, environmentIn } from '../testing/environment';

const MAIN = join(__dirname, '../../dist/main.js');

let base: string;
beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'cwui-planted-'))));
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** A gateway in production, whose policy lets sessions run a script. */
async function startProcess(script: string) {
  const program = join(base, 'script');
  writeFileSync(program, `#!/bin/sh\n${script}`);
  chmodSync(program, 0o755);
  const policy = join(base, 'policy.yaml');
  writeFileSync(policy, stringify({ version: 1, everyone: { programs: { others: [{ path: program }] } } }));
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...environmentIn(base),
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'trace',
      POLICY_FILE: policy,
      JWT_SECRET: randomBytes(32).toString('base64url'),
      SESSION_ISOLATION: 'off',
    },
  });
  let said = '';
  const hear = (data: Buffer) => (said += data.toString());
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const left = once(child, 'close');
  const says = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(said);
      if (found !== null) return found;
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
    }
  };
  const [, url = ''] = await says(/is at (http:\S+)/);
  return {
    url,
    program,
    stop: async () => {
      child.kill('SIGTERM');
      await left;
      return said;
    },
  };
}

test('a secret typed, printed, uploaded, or put in the wrong field is nowhere in what is written', async () => {
  const secret = `planted-${randomBytes(9).toString('hex')}`;
  // In two halves, so that only the program's output has it whole.
  const { url, program, stop } = await startProcess(
    `printf '%s%s\\n' '${secret.slice(0, 9)}' '${secret.slice(9)}'; exec cat`,
  );
  const call = (method: string, path: string, token?: string, body?: string, type = 'application/json') =>
    fetch(url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body }),
    });
  const signIn = (username: string, password: string) =>
    call('POST', '/auth/login', undefined, JSON.stringify({ username, password }));
  const { token } = (await (await signIn('admin', PASSWORD)).json()) as { token: string };

  const created = await call('POST', '/api/v1/sessions', token, JSON.stringify({ program }));
  const { id: sessionId } = (await created.json()) as { id: string };
  const socket = io(url, { auth: { token, sessionId }, transports: ['websocket'], reconnection: false });
  let output = '';
  await new Promise<void>((resolve) => {
    socket.once('status', () => socket.emit('input', { data: `${secret}\r` }));
    socket.on('output', ({ data }: { data: string }) => {
      output += data;
      // Printed, echoed as typed, and said again by the program.
      if (output.split(secret).length > 3) resolve();
    });
  });
  const file = `/api/v1/sessions/${sessionId}/files/a.txt`;
  expect((await call('PUT', file, token, secret, 'text/plain')).status).toBeLessThan(300);
  expect(await (await call('GET', file, token)).text()).toBe(secret);
  await signIn('admin', secret);
  await signIn(secret, 'x');
  await call('GET', '/api/v1/sessions', secret);
  await call('POST', '/auth/password', token, JSON.stringify({ current: secret, new: `${secret}-2` }));
  await call('POST', '/api/v1/admin/notices', token, JSON.stringify({ text: secret }));
  const refused = io(url, { auth: { token: secret }, transports: ['websocket'], reconnection: false, forceNew: true });
  await new Promise((resolve) => refused.once('connect_error', resolve));
  socket.disconnect();
  const said = await stop();

  for (const kept of [secret, PASSWORD, token]) expect(said).not.toContain(kept);
  // And what is looked through is all there.
  const events = linesOf(said).map(({ event }) => event);
  for (const event of ['audit.closed', 'auth.sign-in-failed', 'file.uploaded', 'admin.notice-sent', 'session.ended'])
    expect(events).toContain(event);
  expect(await verifyText(said)).toMatchObject({ problem: null, notes: [], writers: 1 });
  expect(said).toContain('"msg":"request"');
});

test('two gateways that write to one place have chains of their own', async () => {
  const gateways = await Promise.all([startProcess('exec cat'), startProcess('exec cat')]);
  await Promise.all(
    gateways.map(({ url }) => fetch(`${url}/api/v1/sessions`, { headers: { authorization: 'Bearer x' } })),
  );
  const [one = '', two = ''] = await Promise.all(gateways.map(({ stop }) => stop()));
  const mixed = [one, two].map((said) => said.split('\n'));
  const lines = mixed[0]!.flatMap((line, at) => [line, mixed[1]![at] ?? '']).concat(mixed[1]!.slice(mixed[0]!.length));
  expect(await verifyText(lines.join('\n'))).toMatchObject({ problem: null, notes: [], writers: 2, lines: 6 });
});
