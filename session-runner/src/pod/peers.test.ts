/** Whatever reaches a pod's ports, by TCP and from anybody in reach of them, the session goes on. */
import { connect } from 'node:net';
import { ENDINGS, brokenFrames, garbage, head, sayAll, sayAndLeave } from '@claude-webui/testing/http/raw-peer';
import { RunningPod } from '../testing/running-pod';

let pod: RunningPod;
let hopPort: number;

beforeAll(async () => {
  pod = await RunningPod.start({ program: ['/bin/sh', '-c', 'echo "hop $ANTHROPIC_BASE_URL"; exec cat'] });
  const env = { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9', ANTHROPIC_AUTH_TOKEN: 'secret' };
  expect(await pod.bind(pod.bindRequest({ env }))).toBe(204);
  const client = pod.attach();
  await client.shows('hop http');
  hopPort = Number(/hop http:\/\/127.0.0.1:(\d+)/.exec(client.output.toString())?.[1]);
  await client.close();
});
afterAll(() => pod.end());

const PATHS = [
  '/healthz',
  '/attach?client=c',
  '/control',
  '/model-call',
  '/session',
  '/files/a',
  '/status',
  '/v1/messages',
];

async function echoes(): Promise<void> {
  const client = pod.attach({ takeOver: '1' });
  await client.attached();
  const word = `word-${Math.random()}`;
  client.type(`${word}\r`);
  await client.shows(`${word}\r\n${word}`);
  await client.close();
}

const at = (port: number) => ({ port, host: '127.0.0.1' });

describe.each(ENDINGS)('from one that %s', (ending) => {
  test('a stranger’s nonsense at each port', async () => {
    for (const port of [pod.attachPort, pod.statusPort, hopPort]) await sayAll(at(port), garbage(PATHS), ending);
    await echoes();
    expect((await pod.status()).bound).toBe(true);
  });

  test('broken frames with a good token', async () => {
    const authorization = `Authorization: Bearer ${pod.token('drive')}`;
    await sayAll(at(pod.attachPort), brokenFrames('/attach?client=c', authorization), ending);
    await echoes();
  });

  test('a bind that is broken off', async () => {
    const body = JSON.stringify(pod.bindRequest());
    const good = `Authorization: Bearer ${pod.bindToken(body, 'x')}`;
    const words = ['Authorization: Bearer bad', good].map(
      (token) => head('PUT', '/session', token, 'Content-Length: 4000') + body.slice(0, 100),
    );
    await sayAll(at(pod.attachPort), words, ending);
    await echoes();
  });
});

test('a bind without a good token is refused before its body is read, and a long one is too', async () => {
  const bind = (token: string, length: number) =>
    sayAndLeave(
      at(pod.attachPort),
      head('PUT', '/session', `Authorization: Bearer ${token}`, `Content-Length: ${length}`),
      'only ends its side',
    );
  expect(await bind('bad', 100)).toMatch(/^HTTP\/1.1 401 /);
  expect(await bind(pod.bindToken('', 'x'), 10_000_000)).toMatch(/^HTTP\/1.1 413 /);
});

test('a thousand strangers who say nothing keep nobody out', async () => {
  const strangers = Array.from({ length: 1000 }, () => {
    const socket = connect({ port: pod.attachPort, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    return socket;
  });
  await echoes();
  for (const socket of strangers) socket.destroy();
});
