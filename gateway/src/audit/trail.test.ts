/** Every event by the act that causes it, in a whole gateway. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { loadConfig } from '../config/config';
import { startGateway } from '../gateway';
import type { Gateway } from '../gateway';
import { auditSchema } from './events';
import type { ReadLine } from './testing/lines';
import { linesOf, verifyText } from './testing/lines';

const PASSWORD = 'correct horse battery';

/** A gateway in its own directory, an administrator in it, and what was audited. */
class AuditedGateway {
  readonly base = mkdtempSync(join(tmpdir(), 'cwui-audit-'));
  private readonly sockets: Socket[] = [];
  gateway!: Gateway;

  async start(): Promise<void> {
    const config = loadConfig({
      PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'silent',
      DATA_DIR: join(this.base, 'data'),
      CLAUDE_WORKING_DIR: join(this.base, 'sessions'),
      JWT_SECRET: randomBytes(32).toString('base64url'),
      CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
    });
    this.gateway = await startGateway(config, { path: '/bin/sh', args: ['-c', 'cat'] });
  }

  call(method: string, path: string, token?: string, body?: unknown, headers: Record<string, string> = {}) {
    const isText = typeof body === 'string';
    return fetch(this.gateway.url + path, {
      method,
      headers: {
        ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
  }

  async signIn(username = 'admin', password = PASSWORD): Promise<string> {
    const answer = await this.call('POST', '/auth/login', undefined, { username, password });
    return ((await answer.json()) as { token: string }).token;
  }

  connect(auth: object, options: object = {}): Socket {
    const socket: Socket = io(this.gateway.url, {
      auth,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      ...options,
    });
    this.sockets.push(socket);
    return socket;
  }

  /** A terminal that is attached, and the id of its session. */
  async attached(auth: object): Promise<{ socket: Socket; sessionId: string }> {
    const socket = this.connect(auth);
    const sessionId = await new Promise<string>((resolve) =>
      socket.on('status', ({ state, sessionId: id }: { state: string; sessionId?: string }) => {
        if (state === 'opened' && id !== undefined) resolve(id);
      }),
    );
    return { socket, sessionId };
  }

  text = () => readFileSync(join(this.base, 'data/audit.jsonl'), 'utf8');

  /** The audit line that `wanted` fits, once it is there. */
  async line(event: string, wanted: Partial<ReadLine> = {}): Promise<ReadLine> {
    for (;;) {
      const found = linesOf(this.text()).find(
        (line) => line.event === event && Object.entries(wanted).every(([k, v]) => line[k as keyof ReadLine] === v),
      );
      if (found !== undefined) return found;
      await new Promise(setImmediate);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.disconnect();
    await this.gateway.close();
  }
}

let audited: AuditedGateway;
beforeEach(() => (audited = new AuditedGateway()));
afterEach(async () => {
  await audited.close();
  rmSync(audited.base, { recursive: true, force: true });
});

const disconnected = (socket: Socket) => new Promise((resolve) => socket.once('disconnect', resolve));

test('signing in and out, and failing to', async () => {
  await audited.start();
  const answer = await audited.call('POST', '/auth/login', undefined, { username: 'admin', password: PASSWORD });
  const { token, user } = (await answer.json()) as { token: string; user: { id: string } };
  const line = await audited.line('auth.signed-in');
  expect(line).toMatchObject({ outcome: 'success', method: 'password', requestId: answer.headers.get('x-request-id') });
  expect(line.actor).toEqual({ kind: 'person', id: user.id, name: 'admin', role: 'admin', address: '127.0.0.1' });

  for (let n = 0; n < 6; n += 1)
    await audited.call('POST', '/auth/login', undefined, { username: 'admin', password: 'wrong' });
  expect((await audited.line('auth.sign-in-failed')).actor).toEqual({
    kind: 'unknown',
    name: 'admin',
    address: '127.0.0.1',
  });
  expect(await audited.line('auth.backed-off')).toMatchObject({ outcome: 'failure', reason: 'too-many-logins' });

  await audited.call('POST', '/auth/logout', token);
  expect((await audited.line('auth.signed-out')).actor).toMatchObject({ id: user.id, role: 'admin' });
  await audited.call('GET', '/api/v1/sessions', token);
  await audited.line('auth.token-refused', { reason: 'signed-out' });
  const socket = audited.connect({ token: 'made-up' });
  await new Promise((resolve) => socket.once('connect_error', resolve));
  await audited.line('auth.token-refused', { reason: 'unauthorized' });
});

test('a password changed', async () => {
  await audited.start();
  await audited.call('POST', '/auth/password', await audited.signIn(), { current: PASSWORD, new: `${PASSWORD}2` });
  expect((await audited.line('auth.password-changed')).actor.name).toBe('admin');
});

test('a session from its start to its end, with files, a link and its guest', async () => {
  await audited.start();
  const token = await audited.signIn();
  const { socket, sessionId } = await audited.attached({ token });
  const at = `/api/v1/sessions/${sessionId}`;
  expect(await audited.line('session.created', { sessionId })).toMatchObject({ workspace: 'main' });
  expect(await audited.line('session.attached', { sessionId })).toMatchObject({ mode: 'drive' });

  await audited.call('PUT', `${at}/files/notes/plan%20a.txt`, token, 'content');
  await audited.call('GET', `${at}/files/notes/plan%20a.txt`, token);
  expect(await audited.line('file.uploaded', { sessionId })).toMatchObject({ path: 'notes/plan%20a.txt' });
  expect(await audited.line('file.downloaded', { sessionId })).toMatchObject({ path: 'notes/plan%20a.txt' });

  const made = await audited.call('POST', `${at}/shares`, token, { expiresInSeconds: 60 });
  const { id: shareId, url } = (await made.json()) as { id: string; url: string };
  const guest = await audited.attached({ share: url.split('#')[1] });
  await audited.line('share.made', { sessionId });
  expect((await audited.line('share.used', { sessionId })).actor).toMatchObject({ kind: 'link', id: shareId });
  const watching = disconnected(guest.socket);
  await audited.call('DELETE', `${at}/shares/${shareId}`, token);
  await watching;
  await audited.line('share.revoked', { sessionId });
  expect((await audited.line('session.detached', { reason: 'share-ended' })).actor.kind).toBe('link');

  socket.disconnect();
  await audited.line('session.detached', { reason: 'left' });
  await audited.call('DELETE', at, token);
  expect(await audited.line('session.ended', { sessionId })).toMatchObject({
    actor: { kind: 'gateway' },
    reason: 'terminated',
  });
});

test('taking over from whoever drives', async () => {
  await audited.start();
  const token = await audited.signIn();
  const { sessionId } = await audited.attached({ token });
  const second = audited.connect({ token, sessionId, mode: 'drive' });
  await new Promise((resolve) => second.once('output', resolve).once('status', resolve));
  const first = await audited.attached({ token, sessionId });
  second.emit('take-over');
  await audited.line('session.taken-over', { sessionId });
  first.socket.disconnect();
});

test("an administrator's acts, and what others are refused", async () => {
  await audited.start();
  const token = await audited.signIn();
  const added = await audited.call('POST', '/api/v1/admin/users', token, { username: 'alice', role: 'user' });
  const { user, password } = (await added.json()) as { user: { id: string }; password: string };
  expect(await audited.line('admin.user-added')).toMatchObject({ userId: user.id, username: 'alice', role: 'user' });
  await audited.call('POST', '/api/v1/admin/notices', token, { text: 'Back at five.' });
  await audited.line('admin.notice-sent');

  const alice = await audited.signIn('alice', password);
  await audited.call('GET', '/api/v1/admin/users', alice);
  expect((await audited.line('access.refused', { reason: 'administrators-only' })).actor.name).toBe('alice');
  const refused = await audited.call('POST', '/api/v1/sessions', alice, { program: '/bin/bash' });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    code: 'policy-refused',
    detail: expect.stringContaining('/bin/bash') as string,
  });
  expect(await audited.line('policy.refused', { rule: 'programs.others' })).toMatchObject({ actor: { name: 'alice' } });
  const { socket, sessionId } = await audited.attached({ token: alice });
  const gone = disconnected(socket);
  await audited.call('DELETE', `/api/v1/sessions/${sessionId}`, token);
  await gone;
  expect(await audited.line('admin.session-ended', { sessionId })).toMatchObject({
    owner: user.id,
    actor: { name: 'admin' },
  });
  await audited.line('session.detached', { sessionId, reason: 'terminated' });

  await audited.call('POST', `/api/v1/admin/users/${user.id}/password`, token);
  await audited.call('PATCH', `/api/v1/admin/users/${user.id}`, token, { disabled: true });
  await audited.call('PATCH', `/api/v1/admin/users/${user.id}`, token, { disabled: false });
  for (const event of ['admin.password-reset', 'admin.user-disabled', 'admin.user-enabled'])
    expect(await audited.line(event)).toMatchObject({ userId: user.id, username: 'alice' });
});

test("other people's sessions and foreign pages", async () => {
  await audited.start();
  const token = await audited.signIn();
  const [none, other] = ['6fa459ea-ee8a-4ca4-894e-db77e160355e', 'https://elsewhere.example.org'];
  await audited.call('GET', `/api/v1/sessions/${none}`, token);
  await audited.line('access.refused', { reason: 'session-not-found', sessionId: none });
  const socket = audited.connect({ token, sessionId: none });
  await disconnected(socket);
  await audited.call('POST', '/auth/login', undefined, { username: 'a', password: 'b' }, { origin: other });
  await audited.line('access.refused', { reason: 'origin-refused' });
});

test('every line is as the published schema has it, and the chain of a whole life holds', async () => {
  await audited.start();
  const { socket } = await audited.attached({ token: await audited.signIn() });
  await audited.line('session.attached');
  await audited.close();
  socket.disconnect();
  const lines = linesOf(audited.text());
  expect(lines.map(({ event }) => event)).toEqual([
    'audit.opened',
    'auth.signed-in',
    'session.created',
    'session.attached',
    'session.detached',
    'session.ended',
    'audit.closed',
  ]);
  expect(lines[4]?.reason).toBe('server-stopping');
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  const validate = ajv.compile(auditSchema());
  for (const line of lines) expect(validate(line) ? null : validate.errors).toBeNull();
  expect(await verifyText(audited.text())).toMatchObject({ problem: null, notes: [] });
});
