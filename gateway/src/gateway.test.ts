import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { loadConfig } from './config/config';
import type { Gateway } from './gateway';
import { startGateway } from './gateway';
import { PASSWORD, environmentIn } from './testing/environment';

const SHELL = { path: '/bin/sh', args: ['-c', 'cat'] };

let gateways: Gateway[] = [];
let clients: Socket[] = [];

afterEach(async () => {
  for (const client of clients) client.disconnect();
  for (const gateway of gateways) await gateway.close();
  clients = [];
  gateways = [];
});

function configWith(env: Record<string, string> = {}) {
  const base = mkdtempSync(join(tmpdir(), 'cwui-gateway-'));
  return loadConfig({
    ...environmentIn(base),
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ...env,
  });
}

async function start(env: Record<string, string> = {}): Promise<Gateway> {
  const gateway = await startGateway(configWith(env), SHELL);
  gateways.push(gateway);
  return gateway;
}

const post = (gateway: Gateway, path: string, body: object, token?: string) =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });

async function signIn(gateway: Gateway, password = PASSWORD): Promise<string> {
  const answer = await post(gateway, '/auth/login', { username: 'admin', password });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { token: string }).token;
}

/** Resolves with the reason once the socket is told that it closes. */
function connect(gateway: Gateway, token: string): { opened: Promise<void>; closed: Promise<string> } {
  const socket: Socket = io(gateway.url, {
    auth: { token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  clients.push(socket);
  const status = (state: string) =>
    new Promise<string>((resolve) => {
      socket.on(
        'status',
        (told: { state: string; reason?: string }) => told.state === state && resolve(told.reason ?? ''),
      );
    });
  return { opened: status('opened').then(() => undefined), closed: status('closed') };
}

test('a person signs in, works in a session, and signing out closes the terminal within five seconds', async () => {
  const gateway = await start();
  const token = await signIn(gateway);
  const { opened, closed } = connect(gateway, token);
  await opened;
  const since = performance.now();
  expect((await post(gateway, '/auth/logout', {}, token)).status).toBe(204);
  expect(await closed).toBe('signed-out');
  expect(performance.now() - since).toBeLessThan(5000);
});

test('the first start makes one administrator and tells the password once', async () => {
  const config = configWith({ CLAUDE_WEBUI_ADMIN_PASSWORD: '' });
  const first = await startGateway(config, SHELL);
  gateways.push(first);
  const password = first.newAdministrator?.password ?? '';
  expect(password.length).toBeGreaterThanOrEqual(16);
  await signIn(first, password);
  await first.close();
  const second = await startGateway(config, SHELL);
  gateways.push(second);
  expect(second.newAdministrator).toBeNull();
  await signIn(second, password);
});

test('a server that drains tells its clients, ends its sessions and may be closed twice', async () => {
  const gateway = await start();
  const { opened, closed } = connect(gateway, await signIn(gateway));
  await opened;
  await Promise.all([gateway.close(), gateway.close()]);
  expect(await closed).toBe('server-stopping');
  await expect(fetch(`${gateway.url}/health`)).rejects.toThrow();
});

test('of many sessions wanted at once over REST no more are made than MAX_SESSIONS', async () => {
  const gateway = await start({ MAX_SESSIONS: '5', MAX_SESSIONS_PER_USER: '100' });
  const token = await signIn(gateway);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => post(gateway, '/api/v1/sessions', { workspace: `w${n}` }, token)),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(5);
  expect(statuses.filter((status) => status === 503)).toHaveLength(35);
});
