/** What the port answers, whoever answers it: Express, Engine.IO, the parser of HTTP. */
import { request } from 'node:http';
import { head, sayAndLeave } from '@claude-webui/testing/http/raw-peer';
import { WholeGateway } from './testing/whole-gateway';

const PAGE = 'https://terminal.example.org';
const ELSEWHERE = 'https://elsewhere.example';
const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];
const SOCKETS = '/socket.io/?EIO=4&transport=';

let gateway: WholeGateway;
let behindProxy: WholeGateway;
beforeAll(async () => {
  gateway = await WholeGateway.start({ PUBLIC_ORIGIN: PAGE, ALLOWED_HOSTS: 'gateway.apps.svc, Box' });
  behindProxy = await WholeGateway.start({ TRUST_PROXY: '1', HANDSHAKES_PER_MINUTE_PER_ADDRESS: '2' });
});
afterAll(async () => {
  await gateway.close();
  await behindProxy.close();
});

/** What comes back on a connection of its own. */
const say = (words: string, to = gateway) =>
  sayAndLeave({ port: Number(new URL(to.url).port), host: '127.0.0.1' }, words, 'resets after the answer', 10_000);

function secured(answer: string): void {
  expect(answer).toMatch(/^content-security-policy: default-src 'none';/im);
  expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
  expect(answer).toMatch(/^x-frame-options: DENY\r$/im);
  expect(answer).toMatch(/^referrer-policy: no-referrer\r$/im);
  expect(answer).toMatch(/^vary: .*origin/im);
}

describe('security headers are on', () => {
  test.each([
    ['a page', 200, head('GET', '/health')],
    ['what there is not', 404, head('GET', '/nowhere')],
    ['a poll', 200, head('GET', `${SOCKETS}polling`)],
    ['a poll of nobody', 400, head('GET', `${SOCKETS}polling&sid=none`)],
    ['a wrong transport', 400, head('GET', `${SOCKETS}pigeon`)],
    ['a wrong method', 400, head('PUT', `${SOCKETS}polling`)],
    ['a wrong protocol', 400, head('GET', '/socket.io/?EIO=3&transport=polling')],
    ['an upgrade', 101, head('GET', `${SOCKETS}websocket`, ...HANDSHAKE)],
    ['an upgrade elsewhere', 404, head('GET', '/elsewhere', ...HANDSHAKE)],
    ['an upgrade to a wrong transport', 400, head('GET', `${SOCKETS}pigeon`, ...HANDSHAKE)],
    ['an upgrade of nobody', 400, head('GET', `${SOCKETS}websocket&sid=none`, ...HANDSHAKE)],
    ['an upgrade by a wrong protocol', 400, head('GET', '/socket.io/?EIO=3&transport=websocket', ...HANDSHAKE)],
    ['an upgrade from elsewhere', 403, head('GET', `${SOCKETS}websocket`, `Origin: ${ELSEWHERE}`, ...HANDSHAKE)],
    ['a poll from elsewhere', 403, head('GET', `${SOCKETS}polling`, `Origin: ${ELSEWHERE}`)],
    ['no HTTP', 400, 'nonsense\r\n\r\n'],
    ['a header too large', 431, head('GET', '/', `X: ${'x'.repeat(100_000)}`)],
    ['two lengths', 400, head('POST', '/auth/login', 'Content-Length: 5', 'Transfer-Encoding: chunked')],
    ['no host', 400, 'GET /health HTTP/1.1\r\n\r\n'],
    ['an expectation that nobody knows', 417, head('GET', '/health', 'Expect: miracles')],
    ['a target that is none', 400, head('GET', '/api/v1/sessions/%zz')],
  ])('%s (%i)', async (_what, status, words) => {
    const answer = await say(words);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    secured(answer);
    if (!words.startsWith('nonsense') && ![431].includes(status) && !words.includes('Length: 5'))
      expect(answer).toMatch(/^x-request-id: [\w-]{36}\r$/im);
  });

  test('a connection too many', async () => {
    const opening = head('GET', `${SOCKETS}websocket`, ...HANDSHAKE);
    const answers: string[] = [];
    while (!answers.at(-1)?.startsWith('HTTP/1.1 429 ')) answers.push(await say(opening, behindProxy));
    const refused = answers.at(-1) ?? '';
    secured(refused);
    expect(refused).toMatch(/^retry-after: \d+\r$/im);
  });

  test('over HTTPS, of which a trusted proxy tells, also the one that keeps browsers to it', async () => {
    const forwarded = 'X-Forwarded-Proto: https';
    const hsts = /^strict-transport-security: max-age=31536000\r$/im;
    for (const words of [head('GET', '/health', forwarded), head('GET', `${SOCKETS}pigeon`, forwarded)]) {
      expect(await say(words, behindProxy)).toMatch(hsts);
      expect(await say(words)).not.toMatch(hsts);
    }
  });
});

describe('pages of PUBLIC_ORIGIN', () => {
  test.each([
    ['REST', head('GET', '/api/v1/sessions', `Origin: ${PAGE}`)],
    ['polling', head('GET', `${SOCKETS}polling`, `Origin: ${PAGE}`)],
    ['a refused poll', head('GET', `${SOCKETS}polling&sid=none`, `Origin: ${PAGE}`)],
    ['a refused upgrade', head('GET', `${SOCKETS}pigeon`, `Origin: ${PAGE}`, ...HANDSHAKE)],
  ])('may read the answer of %s, and no others may', async (_what, words) => {
    const answer = await say(words);
    expect(answer).toMatch(new RegExp(`^access-control-allow-origin: ${PAGE}\r$`, 'im'));
    expect(answer).toMatch(/^access-control-allow-credentials: true\r$/im);
    expect(await say(words.replace(PAGE, ELSEWHERE))).not.toMatch(/^access-control-/im);
  });

  test.each(['/auth/login', `${SOCKETS}polling`, `${SOCKETS}polling&sid=x`])('may ask first at %s', async (path) => {
    const asks = head('OPTIONS', path, `Origin: ${PAGE}`, 'Access-Control-Request-Method: POST');
    const answer = await say(asks);
    expect(answer).toMatch(/^HTTP\/1.1 204 /);
    expect(answer).toMatch(/^access-control-allow-methods: .*POST/im);
    secured(answer);
    expect(await say(asks.replace(PAGE, ELSEWHERE))).not.toMatch(/^access-control-/im);
  });
});

/** A page of a name that has been made to resolve to this server is of the same origin as what it asks. */
async function asked(path: string, headers: Record<string, string>, to = gateway, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    request(to.url + path, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      })
      .on('error', reject)
      .end();
  });
}

const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket' };
const KEY = { 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };

describe('a host by which the server is not known', () => {
  const rebound = { host: 'evil.example:3001', origin: 'http://evil.example:3001' };

  test.each(['/', '/nowhere', '/auth/methods', '/api/v1/openapi.json', `${SOCKETS}polling`])(
    'gets nothing at %s',
    async (path) => {
      expect(await asked(path, rebound)).toBe(403);
      expect(await asked(path, { host: 'evil.example' })).toBe(403);
    },
  );

  test('signs nobody in, and opens no socket', async () => {
    expect(await asked('/auth/login', rebound, gateway, 'POST')).toBe(403);
    expect(await asked(`${SOCKETS}websocket`, { ...rebound, ...UPGRADE, ...KEY })).toBe(403);
    expect(gateway.audit()).toContain('"host-refused"');
  });

  test.each([
    'localhost',
    '127.0.0.1',
    '10.1.2.3:3001',
    '[::1]:3001',
    'terminal.example.org',
    'gateway.apps.svc:3001',
    'box',
  ])('%s is not one', async (host) => {
    expect(await asked('/auth/methods', { host })).toBe(200);
    expect(await asked(`${SOCKETS}polling`, { host })).toBe(200);
  });

  test('is of no concern to machines that ask how the server is', async () => {
    for (const path of ['/health', '/ready', '/metrics']) expect(await asked(path, { host: 'pod-7' })).toBe(200);
  });

  test('is what a trusted proxy says, and proved where it says HTTPS', async () => {
    const path = '/auth/methods';
    const behind = (headers: object) => asked(path, { host: 'inner', ...headers }, behindProxy);
    expect(await behind({ 'x-forwarded-host': 'localhost' })).toBe(200);
    expect(await behind({ 'x-forwarded-host': 'evil.example' })).toBe(403);
    expect(await behind({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' })).toBe(200);
    expect(await behind({ 'x-forwarded-proto': 'http' })).toBe(403);
    const untrusted = { host: 'evil.example', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'https' };
    expect(await asked(path, untrusted)).toBe(403);
  });
});

test('an idle connection waits for its next request longer than common proxies do', async () => {
  expect(await say(head('GET', '/health'))).toMatch(/^keep-alive: timeout=620\r$/im);
});
