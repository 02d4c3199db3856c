import { randomUUID } from 'node:crypto';
import { sign } from 'jsonwebtoken';
import { Keyset } from '../auth/keyset';
import { Tokens } from '../auth/tokens';
import { authorityOf } from '../testing/authority';
import { unsignedToken } from '../testing/http';
import { BOSS, PERSON, RunningGateway, SECRET, STRANGER } from '../testing/running-gateway';

let gateway: RunningGateway;

beforeEach(async () => {
  gateway = await RunningGateway.start();
});
afterEach(() => gateway.close());

/** A token of ours but for what `changes` say. */
function forged(changes: object, secret = SECRET, algorithm: 'HS256' | 'HS512' = 'HS256'): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: 'alice',
    name: 'alice',
    role: 'user',
    sid: randomUUID(),
    auth_time: now,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    iss: 'claude-webui',
    aud: 'claude-webui',
  };
  return sign({ ...claims, ...changes }, secret, { algorithm, keyid: Keyset.ofSecret(SECRET).signing().active });
}

const active = Keyset.ofSecret(SECRET).signing().active;
const past = Math.floor(Date.now() / 1000) - 60;

test('the forger’s own token would be let in, so that each change below is what refuses', async () => {
  const client = gateway.plain({ token: forged({}) });
  await client.opened();
});

test.each<[string, string, () => object]>([
  ['nothing at all', 'unauthorized', () => ({})],
  ['an empty token', 'unauthorized', () => ({ token: '' })],
  ['a token that is a number', 'unauthorized', () => ({ token: 7 })],
  ['a token that is nonsense', 'unauthorized', () => ({ token: 'a.b.c' })],
  [
    'a token with alg none',
    'unauthorized',
    () => ({ token: unsignedToken(`{"alg":"none","kid":"${active}"}`, '{"sub":"alice"}') }),
  ],
  ['a token with another algorithm', 'unauthorized', () => ({ token: forged({}, SECRET, 'HS512') })],
  [
    'a token signed with another key',
    'unauthorized',
    () => ({ token: forged({}, 'another secret of more than 32 characters') }),
  ],
  ['a token for another audience', 'unauthorized', () => ({ token: forged({ aud: 'claude-webui-refresh' }) })],
  ['a token of another issuer', 'unauthorized', () => ({ token: forged({ iss: 'somebody' }) })],
  ['a token that has expired', 'token-expired', () => ({ token: forged({ exp: past }) })],
  [
    'a refresh token',
    'unauthorized',
    () => ({ token: gateway.tokens.issueRefresh(PERSON, gateway.tokens.startSignIn()).token }),
  ],
  ['a session’s model token', 'unauthorized', () => ({ token: gateway.tokens.issueModel(randomUUID()) })],
  ['a token of another server', 'unauthorized', () => ({ token: otherServersToken() })],
  ['a share that nobody made', 'share-ended', () => ({ share: 'nobody made this' })],
  ['a size of no terminal', 'unauthorized', () => ({ token: gateway.tokenOf(), size: { cols: 0, rows: 0 } })],
  [
    'frames without a name for their sequence',
    'unauthorized',
    () => ({ token: gateway.tokenOf(), encoding: 'frames' }),
  ],
])('%s is refused at the handshake (%s)', async (_what, code, auth) => {
  const client = gateway.plain(auth());
  expect(await client.refused()).toBe(code);
  expect(await gateway.local.directory.list()).toEqual([]);
});

function otherServersToken(): string {
  const keyset = Keyset.ofSecret('the secret of a server that is not this one');
  const tokens = new Tokens(keyset, authorityOf(keyset), { accessSeconds: 60, signInSeconds: 60 });
  return tokens.issueAccess(PERSON, tokens.startSignIn()).token;
}

test.each([
  [
    'a token whose payload is not JSON',
    () => unsignedToken(`{"typ":"JWT","alg":"HS256","kid":"${active}"}`, 'not json'),
  ],
])('%s is refused as any other bad token', async (_what, token) => {
  const client = gateway.plain({ token: token() });
  expect(await client.refused()).toBe('unauthorized');
});

test('a page of a foreign origin does not get as far as the handshake', async () => {
  const client = gateway.plain({ token: gateway.tokenOf() }, { extraHeaders: { origin: 'https://evil.example' } });
  await client.refused();
  expect(client.socket.connected).toBe(false);
  expect(await gateway.local.directory.list()).toEqual([]);
});

test('the server’s own origin is let in', async () => {
  await gateway.plain({ token: gateway.tokenOf() }, { extraHeaders: { origin: gateway.url } }).opened();
});

test('an unknown session and somebody else’s session are the same to a client', async () => {
  const { id } = await gateway.local.started();
  const token = gateway.tokenOf(STRANGER);
  const [unknown, others] = [
    gateway.plain({ token, sessionId: randomUUID() }),
    gateway.plain({ token, sessionId: id }),
  ];
  expect(await unknown.status('closed')).toEqual({ state: 'closed', reason: 'session-not-found' });
  expect(await others.status('closed')).toEqual({ state: 'closed', reason: 'session-not-found' });
});

test('an administrator may attach to anybody’s session', async () => {
  const { id } = await gateway.local.started();
  expect(await gateway.plain({ token: gateway.tokenOf(BOSS), sessionId: id }).opened()).toBe(id);
});

test.each([
  ['0', { cols: 0, rows: 24 }],
  ['-1', { cols: -1, rows: 24 }],
  ['a million', { cols: 1_000_000, rows: 24 }],
  ['not a number', { cols: Number.NaN, rows: 24 }],
  ['a string', { cols: '80', rows: 24 }],
  ['nothing', undefined],
])('a resize to %s is refused and the connection stays', async (_what, size) => {
  const client = gateway.plain();
  await client.opened();
  client.socket.emit('resize', size);
  expect(await client.status('error')).toEqual({ state: 'error', reason: 'bad-size' });
  client.type('still here\r');
  await client.shows('still here');
});

test.each([
  ['a number', { data: 7 }],
  ['no object', 'x'],
  ['missing', {}],
  ['beside an unknown field', { data: 'x', more: true }],
])('input that is %s is refused and the connection stays', async (_what, message) => {
  const client = gateway.plain();
  await client.opened();
  client.socket.emit('input', message);
  expect(await client.status('error')).toEqual({ state: 'error', reason: 'bad-message' });
  client.type('still here\r');
  await client.shows('still here');
});

test('an event with binary attachments ends the connection that sent it, and nothing else', async () => {
  const client = gateway.plain();
  const sessionId = await client.opened();
  client.socket.emit('input', { data: Buffer.from('x') });
  await client.disconnected();
  const again = gateway.plain({ token: gateway.tokenOf(), sessionId });
  await again.opened();
  again.type('still here\r');
  await again.shows('still here');
});

test('input above its limit is refused and the connection stays', async () => {
  const client = gateway.plain();
  await client.opened();
  client.type('x'.repeat(128 * 1024 + 1));
  expect(await client.status('error')).toEqual({ state: 'error', reason: 'message-too-large' });
  expect(client.socket.connected).toBe(true);
});

test('a message above what the server takes ends the connection', async () => {
  const client = gateway.plain();
  await client.opened();
  client.type('x'.repeat(300 * 1024));
  await client.disconnected();
});

test('binary garbage in the place of frames is refused and reaches no session', async () => {
  const client = gateway.frames({ token: gateway.tokenOf() });
  await client.attachedTo();
  for (const garbage of [Buffer.from([0xff, 1, 2]), Buffer.from([0x02, 0, 0]), Buffer.alloc(0)]) {
    const seen = client.statuses.length;
    client.sendBytes(garbage);
    expect((await client.status('error', 'bad-message', seen)).reason).toBe('bad-message');
  }
  const seen = client.statuses.length;
  client.sendBytes(Buffer.alloc(17 * 1024, 0x11));
  expect((await client.status('error', undefined, seen)).reason).toBe('message-too-large');
});

test('a frame of the right type that is cut short closes that connection only', async () => {
  const client = gateway.frames({ token: gateway.tokenOf() });
  const { sessionId } = await client.attachedTo();
  client.sendBytes(Buffer.from([0x11, 0]));
  await client.disconnected();
  expect((await gateway.local.directory.get(sessionId))?.state).toBe('ready');
});
