import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { background } from '@claude-webui/protocol';
import { Keyset } from '../auth/keyset';
import type { UserRole } from '../auth/roles';
import { Tokens } from '../auth/tokens';
import { createLogger } from '../log';
import type { Credential } from '../secrets/shapes';
import type { SessionRecord } from '../sessions/directory';
import { authorityOf } from '../testing/authority';
import { bodyOf, listen, unsignedToken } from '../testing/http';
import { readyRecord } from '../testing/session-record';
import { ModelProxy } from './model-proxy';

const KEY = 'sk-the-real-key';
const keyset = Keyset.ofSecret('a secret of more than 32 characters for tests');
let roleOfOwner: UserRole | null;
const authority = authorityOf(keyset, { standing: { isLetIn: () => true, roleOf: () => roleOfOwner } });
const tokens = new Tokens(keyset, authority, { accessSeconds: 60, signInSeconds: 3600 });

beforeEach(() => (roleOfOwner = 'user'));

let closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

interface Started {
  base: string;
  token: string;
  record: SessionRecord;
}

/** The proxy before an upstream of the test's own. */
async function start(answer: RequestListener, credential?: Credential, runner?: RequestListener): Promise<Started> {
  const upstream = await listen(answer);
  closers.push(upstream.close);
  return startBefore(upstream.url, credential, runner);
}

async function startBefore(
  upstream: string,
  credential: Credential = { kind: 'api-key', value: KEY },
  runner?: RequestListener,
  log = createLogger('silent'),
): Promise<Started> {
  const stand = runner === undefined ? null : await listen(runner);
  if (stand !== null) closers.push(stand.close);
  const record = readyRecord(stand?.url ?? null);
  const directory = { get: (id: string) => Promise.resolve(id === record.id ? record : null) };
  const proxy = new ModelProxy(
    { host: '127.0.0.1', port: 0, url: null, upstream, credential: () => credential },
    tokens,
    authority,
    directory,
    log,
  );
  await proxy.listen();
  closers.push(() => proxy.close());
  const { ANTHROPIC_BASE_URL: base = '', ANTHROPIC_AUTH_TOKEN: token = '' } = proxy.environment(record.id);
  return { base, token, record };
}

const asSession = (token: string) => ({ authorization: `Bearer ${token}` });

test('a call reaches the provider with the key and without the session’s token', async () => {
  const seen: IncomingMessage[] = [];
  let body = '';
  const { base, token } = await start((request, response) => {
    seen.push(request);
    const answered = bodyOf(request).then((text) => {
      body = text;
      response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_1' });
      response.end('{"id":"msg_1"}');
    });
    background('http-request', answered);
  });
  const answer = await fetch(`${base}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { ...asSession(token), cookie: 'a=b', 'anthropic-version': '2023-06-01' },
    body: '{"model":"m"}',
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('request-id')).toBe('req_1');
  expect(await answer.json()).toEqual({ id: 'msg_1' });
  const [request] = seen;
  expect(request?.url).toBe('/v1/messages?beta=true');
  expect(body).toBe('{"model":"m"}');
  expect(request?.headers).toMatchObject({ 'x-api-key': KEY, 'anthropic-version': '2023-06-01' });
  expect(JSON.stringify(request?.rawHeaders)).not.toContain(token);
  expect(request?.headers.cookie).toBeUndefined();
});

/** What a client that frames its own messages sends, up to the end of the answer. */
async function exchange(base: string, path: string, lines: string[], body = ''): Promise<string> {
  const { hostname, port, pathname } = new URL(base);
  const peer = connect(Number(port), hostname);
  peer.write([`GET ${pathname}${path} HTTP/1.1`, `Host: ${hostname}`, ...lines, '', body].join('\r\n'));
  let text = '';
  for await (const data of peer as AsyncIterable<Buffer>) text += data.toString();
  return text;
}

test('what Connection names is passed on in neither direction', async () => {
  const seen: IncomingMessage[] = [];
  const { base, token } = await start((request, response) => {
    seen.push(request);
    response.writeHead(200, { connection: 'close, x-provider-hop', 'x-provider-hop': '1', 'x-kept': '1' }).end('{}');
  });
  const lines = ['Connection: close, X-Client-Hop', 'X-Client-Hop: 1', 'X-Kept: 1', `Authorization: Bearer ${token}`];
  const answer = await exchange(base, '/v1/models', lines);
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(answer).toMatch(/^x-kept: 1\r$/im);
  expect(answer).not.toMatch(/x-provider-hop/i);
  expect(seen.map(({ headers }) => [headers['x-kept'], headers['x-client-hop']])).toEqual([['1', undefined]]);
});

test.each([
  [
    'in chunks',
    ['Transfer-Encoding: chunked'],
    (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ],
  [
    'with a length that Connection names',
    ['Content-Length: 46', 'Connection: close, Content-Length'],
    (body: string) => body,
  ],
])('the body of a GET that comes %s is no second request to the provider', async (_how, framing, framed) => {
  const hidden = 'GET /v1/organizations HTTP/1.1\r\nHost: host\r\n\r\n';
  const seen: string[] = [];
  const { base, token } = await start((request, response) => {
    background(
      'http-request',
      bodyOf(request).then((body) => {
        seen.push(`${request.url ?? ''} ${body}`);
        response.end('{}');
      }),
    );
  });
  const lines = ['Connection: close', `Authorization: Bearer ${token}`, ...framing];
  expect(await exchange(base, '/v1/models', lines, framed(hidden))).toMatch(/^HTTP\/1.1 200 /);
  expect(seen).toEqual([`/v1/models ${hidden}`]);
});

test('one id names a call here, at the provider, in the answer and in the log', async () => {
  const lines: string[] = [];
  let atProvider: unknown;
  const upstream = await listen((request, response) => {
    atProvider = request.headers['x-request-id'];
    response.writeHead(200, { 'x-request-id': 'theirs' }).end('{}');
  });
  closers.push(upstream.close);
  let logged = (): void => undefined;
  const line = new Promise<void>((resolve) => (logged = resolve));
  const write = (text: string) => {
    lines.push(text);
    logged();
  };
  const log = createLogger('info', { write });
  const { base, token, record } = await startBefore(upstream.url, undefined, undefined, log);
  const headers = { ...asSession(token), 'x-request-id': 'call-7' };
  const answer = await fetch(`${base}/v1/messages?secret=x`, { method: 'POST', headers, body: '{}' });
  expect(answer.headers.get('x-request-id')).toBe('call-7');
  expect(atProvider).toBe('call-7');
  const subjects = { requestId: 'call-7', sessionId: record.id, userId: record.owner };
  await line;
  expect(JSON.parse(lines.join(''))).toMatchObject({ ...subjects, msg: 'model call', status: 200 });
  expect(lines.join('')).not.toContain('secret');
});

test.each([
  ['has been disabled or removed', null],
  ['may not have sessions any more', 'viewer' as const],
])('the calls of a session whose owner %s do not reach the provider', async (_what, role) => {
  let calls = 0;
  const { base, token } = await start((_request, response) => {
    calls += 1;
    response.end('{}');
  });
  const call = () => fetch(`${base}/v1/messages`, { method: 'POST', headers: asSession(token), body: '{}' });
  expect((await call()).status).toBe(200);
  roleOfOwner = role;
  const refused = await call();
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: { type: 'permission_error' } });
  expect(calls).toBe(1);
});

test('an answer on its way ends when the owner of its session is disabled', async () => {
  const { base, token } = await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const stream = await fetch(`${base}/v1/messages`, { method: 'POST', headers: asSession(token), body: '{}' });
  const reader = stream.body!.getReader();
  await reader.read();
  roleOfOwner = null;
  await expect(reader.read()).rejects.toThrow();
});

test('a bearer credential takes the place of the session’s own bearer token', async () => {
  const { base, token } = await start((request, response) => response.end(request.headers.authorization), {
    kind: 'bearer',
    value: 'real',
  });
  expect(await (await fetch(`${base}/v1/models`, { headers: asSession(token) })).text()).toBe('Bearer real');
});

test('a session may show its token as an API key', async () => {
  const { base, token } = await start((request, response) => response.end(request.headers['x-api-key']));
  expect(await (await fetch(`${base}/v1/models`, { headers: { 'x-api-key': token } })).text()).toBe(KEY);
});

test('an answer streams: its first event is there before the last is made', async () => {
  let finish = () => {};
  const { base, token } = await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: first\n\n');
    finish = () => response.end('event: last\n\n');
  });
  const answer = await fetch(`${base}/v1/messages`, { method: 'POST', headers: asSession(token), body: '{}' });
  const reader = answer.body!.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('event: first\n\n');
  finish();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('event: last\n\n');
});

test('a refusal of the provider comes through as it is', async () => {
  const { base, token } = await start((_request, response) => {
    response.writeHead(429, { 'retry-after': '7', 'content-type': 'application/json' });
    response.end('{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}');
  });
  const answer = await fetch(`${base}/v1/messages`, { method: 'POST', headers: asSession(token), body: '{}' });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  expect(await answer.json()).toMatchObject({ error: { type: 'rate_limit_error' } });
});

test('when the CLI goes in mid-answer, so does the call to the provider', async () => {
  let gone: Promise<unknown> = Promise.resolve();
  const { base, token } = await start((_request, response) => {
    gone = once(response, 'close');
    response.write('event: first\n\n');
  });
  const call = httpRequest(`${base}/v1/messages`, { headers: asSession(token) });
  call.on('error', () => undefined);
  call.end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  call.destroy();
  await gone;
});

test('when the CLI goes before the answer, so does the call to the provider', async () => {
  const upstreamGone = new Promise<void>((resolve, reject) => {
    start((request) => request.once('close', resolve)).then(({ base, token }) => {
      const call = httpRequest(`${base}/v1/messages`, { headers: asSession(token) });
      call.on('error', () => undefined);
      call.end(() => setImmediate(() => setTimeout(() => call.destroy(), 50)));
    }, reject);
  });
  await upstreamGone;
});

test('a provider that breaks off in mid-answer is not made to look complete', async () => {
  const { base, token } = await start((_request, response) => {
    response.write('event: first\n\n', () => response.destroy());
  });
  const answer = await fetch(`${base}/v1/messages`, { headers: asSession(token) });
  await expect(answer.text()).rejects.toThrow();
});

test('a provider out of reach is told in its own form', async () => {
  const upstream = await listen(() => undefined);
  await upstream.close();
  const { base, token } = await startBefore(upstream.url);
  const answer = await fetch(`${base}/v1/messages`, { method: 'POST', headers: asSession(token), body: '{}' });
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
});

describe('refused without a call to the provider', () => {
  let calls: number;
  let started: Started;

  beforeEach(async () => {
    calls = 0;
    started = await start((_request, response) => {
      calls += 1;
      response.end();
    });
  });

  /** Status of a raw request: fetch would tidy the path. */
  async function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
    const { hostname, port } = new URL(started.base);
    const call = httpRequest({ hostname, port, path, headers });
    call.end();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  }

  const alice = { id: 'alice', username: 'alice', role: 'user' } as const;

  test.each([
    ['no token', () => ({})],
    ['a token of nobody', () => asSession('nonsense')],
    [
      'a token signed by nobody',
      () => asSession(unsignedToken('{"alg":"none"}', `{"sub":"${started.record.id}","aud":"claude-webui-model"}`)),
    ],
    ['a person’s token', () => asSession(tokens.issueAccess(alice, tokens.startSignIn()).token)],
    ['the token of a session that has ended', () => asSession(tokens.issueModel('another'))],
  ])('%s', async (_name, headers) => {
    expect(await statusOf('/llm/v1/messages', headers())).toBe(401);
    expect(calls).toBe(0);
  });

  test.each([
    '/',
    '/llm',
    '/llm/',
    '/llm/v1',
    '/llm/other',
    '/llm/v1/../admin',
    '/llm/v1/%2e%2e/admin',
    '/llmv1/messages',
    '/v1/messages',
    '/llm//evil/v1/',
  ])('the path %s', async (path) => {
    expect(await statusOf(path, asSession(started.token))).toBe(404);
    expect(calls).toBe(0);
  });
});

test('the session’s runner hears that a call is in flight, and that it is over', async () => {
  const marks: unknown[] = [];
  let over = () => {};
  const heardBoth = new Promise<void>((resolve) => (over = resolve));
  const { base, token } = await start(
    (_request, response) => response.end('{}'),
    undefined,
    (request, response) => {
      expect([request.method, request.url]).toEqual(['PUT', '/model-call']);
      const marked = bodyOf(request).then((text) => {
        marks.push(JSON.parse(text));
        response.writeHead(204).end();
        if (marks.length === 2) over();
      });
      background('http-request', marked);
    },
  );
  await (await fetch(`${base}/v1/messages`, { headers: asSession(token) })).text();
  await heardBoth;
  expect(marks).toEqual([{ ttlMs: 60_000 }, { ttlMs: 0 }]);
});

test('a runner that cannot be told does not hold up the call', async () => {
  const { base, token } = await start(
    (_request, response) => response.end('answered'),
    undefined,
    (request) => request.destroy(),
  );
  expect(await (await fetch(`${base}/v1/messages`, { headers: asSession(token) })).text()).toBe('answered');
});
