import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { workspaceFiles } from './workspace-files';

const MIB = 1024 * 1024;

let root: string;
let outside: string;
let server: Server;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'workspace-'));
  outside = mkdtempSync(join(tmpdir(), 'outside-'));
  writeFileSync(join(outside, 'secret'), 'secret');
  const files = workspaceFiles(root);
  server = createServer((incoming, response) => void files(incoming, response, (incoming.url ?? '').slice(1)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** A call that has sent no body yet. The path goes as it is: `fetch` would tidy it up. */
function call(method: string, path: string, headers: Record<string, string | number> = {}) {
  const { port } = server.address() as AddressInfo;
  const outgoing = request({ port, host: '127.0.0.1', method, path: `/${path}`, headers });
  const answer = new Promise<Answer>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const { statusCode: status, headers: received } = response;
      buffer(response).then((body) => resolve({ status, headers: received, body }), reject);
    });
  });
  return { outgoing, answer };
}

function get(path: string): Promise<Answer> {
  const { outgoing, answer } = call('GET', path);
  outgoing.end();
  return answer;
}

function put(path: string, body: string | Buffer): Promise<Answer> {
  const { outgoing, answer } = call('PUT', path);
  outgoing.end(body);
  return answer;
}

/** Status and code of a refusal. */
function refusal({ status, body }: Answer): unknown[] {
  const { code, message } = JSON.parse(body.toString()) as Record<string, unknown>;
  expect(typeof message).toBe('string');
  return [status, code];
}

test('a file that is put is got again, byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 3 * MIB }, (_, index) => (index * 7919) % 256));
  expect((await put('new/folder/a%20b.bin', bytes)).status).toBe(201);
  expect(readFileSync(join(root, 'new/folder/a b.bin')).equals(bytes)).toBe(true);
  const { status, headers, body } = await get('new/folder/a%20b.bin');
  expect([status, headers['content-length'], headers['content-type']]).toEqual([
    200,
    String(bytes.length),
    'application/octet-stream',
  ]);
  expect(headers['content-disposition']).toBe(`attachment; filename*=UTF-8''a%20b.bin`);
  expect(body.equals(bytes)).toBe(true);
});

test('an empty file is a file', async () => {
  expect((await put('empty', '')).status).toBe(201);
  const { status, headers, body } = await get('empty');
  expect([status, headers['content-length'], body.length]).toEqual([200, '0', 0]);
});

test('a file is replaced as a whole', async () => {
  await put('file', 'long content');
  await put('file', 'short');
  expect((await get('file')).body.toString()).toBe('short');
});

test('a folder is listed with what is in it', async () => {
  mkdirSync(join(root, 'folder'));
  writeFileSync(join(root, 'file'), '12345');
  symlinkSync(outside, join(root, 'link'));
  const { body } = await get('');
  expect(JSON.parse(body.toString())).toEqual({
    entries: [
      { name: 'file', type: 'file', bytes: 5 },
      { name: 'folder', type: 'folder', bytes: expect.any(Number) as number },
      { name: 'link', type: 'other', bytes: expect.any(Number) as number },
    ],
    complete: true,
  });
});

test('a listing has an end, and says that there is more', async () => {
  for (let index = 0; index < 1001; index += 1) writeFileSync(join(root, String(index)), '');
  const { entries, complete } = JSON.parse((await get('')).body.toString()) as { entries: []; complete: boolean };
  expect([entries.length, complete]).toEqual([1000, false]);
});

test.each([
  '..',
  '../outside',
  'a/../../b',
  '%2e%2e/x',
  'a/%2e%2e/x',
  '..%2fx',
  'a%00b',
  '%ff',
  '%zz',
  '.',
  'x'.repeat(300),
])('the path %s is refused', async (path) => {
  expect(refusal(await get(path))).toEqual([400, 'bad-path']);
  expect(refusal(await put(path, 'x'))).toEqual([400, 'bad-path']);
});

test('an absolute path is taken below the workspace', async () => {
  expect(refusal(await get(`${outside}/secret`))).toEqual([404, 'file-not-found']);
});

test('a link is not followed, wherever it is in the path', async () => {
  symlinkSync(outside, join(root, 'folder'));
  symlinkSync(join(outside, 'secret'), join(root, 'file'));
  expect((await get('folder/secret')).status).toBe(403);
  expect((await get('folder')).status).toBe(403);
  expect((await get('file')).status).toBe(403);
  expect((await put('folder/new', 'x')).status).toBe(403);
  expect(readdirSync(outside)).toEqual(['secret']);
});

test('a file put over a link replaces the link and not what it leads to', async () => {
  symlinkSync(join(outside, 'secret'), join(root, 'file'));
  expect((await put('file', 'mine')).status).toBe(201);
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  expect(readFileSync(join(root, 'file'), 'utf8')).toBe('mine');
});

test('a pipe is neither read nor waited for', async () => {
  spawnSync('mkfifo', [join(root, 'pipe')]);
  expect(refusal(await get('pipe'))).toEqual([403, 'not-a-file']);
});

test('what is not there is not found', async () => {
  expect(refusal(await get('nothing'))).toEqual([404, 'file-not-found']);
  expect(refusal(await get('no/folder/either'))).toEqual([404, 'file-not-found']);
});

test('a folder is not replaced by a file', async () => {
  mkdirSync(join(root, 'folder'));
  expect(refusal(await put('folder', 'x'))).toEqual([409, 'is-a-folder']);
  expect(refusal(await put('', 'x'))).toEqual([400, 'bad-path']);
  expect(readdirSync(root)).toEqual(['folder']);
});

test('a file that is announced as too large is refused before it comes', async () => {
  const { outgoing, answer } = call('PUT', 'large', { 'content-length': 100 * MIB + 1 });
  outgoing.flushHeaders();
  expect(refusal(await answer)).toEqual([413, 'file-too-large']);
  outgoing.destroy();
  expect(readdirSync(root)).toEqual([]);
});

test('a file that turns out too large is refused, and nothing of it stays', async () => {
  const { outgoing, answer } = call('PUT', 'large', { 'transfer-encoding': 'chunked' });
  const chunk = Buffer.alloc(MIB);
  // Refused in the middle, the connection takes no more.
  for (let sent = 0; sent <= 104; sent += 1) {
    if (!outgoing.write(chunk)) await Promise.race([once(outgoing, 'drain'), answer]);
  }
  expect(refusal(await answer)).toEqual([413, 'file-too-large']);
  outgoing.destroy();
  expect(readdirSync(root)).toEqual([]);
});

test('an upload that breaks off leaves nothing, and the file from before', async () => {
  await put('file', 'before');
  const { outgoing, answer } = call('PUT', 'file', { 'content-length': 1000 });
  const broken = expect(answer).rejects.toThrow();
  outgoing.write('half');
  const [incoming] = (await once(server, 'request')) as [IncomingMessage];
  const closed = new Promise((resolve) => incoming.socket.once('close', resolve));
  outgoing.destroy();
  await broken;
  await closed;
  // Its handler has seen the end when the next call is answered.
  while (readdirSync(root).length > 1) await get('file');
  expect((await get('file')).body.toString()).toBe('before');
});

test('other methods are refused', async () => {
  const { outgoing, answer } = call('DELETE', 'file');
  outgoing.end();
  expect(refusal(await answer)).toEqual([405, 'method-not-allowed']);
  expect(existsSync(join(outside, 'secret'))).toBe(true);
});
