/** Files of a real session, through a whole gateway. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Answer } from '@claude-webui/testing/http/raw-call';
import { verifyText } from '../../audit/testing/lines';
import type { ReadLine } from '../../audit/testing/lines';
import { linesOf } from '../../audit/testing/lines';
import { WholeGateway, jsonOf } from '../../testing/whole-gateway';
import type { Conforms, Document } from '../testing/conformity';
import { conformity } from '../testing/conformity';

const MIB = 1024 * 1024;
const ONE = '/api/v1/sessions/{id}';

let gateway: WholeGateway;
let token: string;
let at: string;
let conforms: Conforms;
beforeAll(async () => {
  gateway = await WholeGateway.start({ UPLOAD_MAX_BYTES: String(32 * MIB) });
  token = await gateway.signIn();
  conforms = conformity(jsonOf<Document>(await gateway.call('GET', '/api/v1/openapi.json', null)));
});
afterAll(() => gateway.close());
beforeEach(async () => ({ at } = await gateway.session(token)));
afterEach(() => gateway.call('DELETE', at, token));

/** A call that is held against the document. */
async function check(
  method: string,
  template: string,
  path: string,
  body?: string | Buffer | object,
  headers: Record<string, string | number> = {},
): Promise<Answer> {
  const answer = await gateway.call(method, at + path, token, body, headers);
  const { status, headers: received } = answer;
  const type = received['content-type'] ?? null;
  // A HEAD's type is that of what is not sent.
  if (method !== 'HEAD') conforms(method, ONE + template, { status, type, text: answer.body.toString() });
  return answer;
}

const file = (method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) =>
  check(method, '/files/{path}', `/files/${path}`, body, headers);

const codeOf = (answer: Answer) => [answer.status, jsonOf<{ code: string }>(answer).code];

test('the life of a file, as documented', async () => {
  const made = await file('PUT', 'notes/a%20b.txt', 'content', { 'if-none-match': '*' });
  expect([made.status, jsonOf(made)]).toMatchObject([201, { path: 'notes/a b.txt', size: 7, mode: '644' }]);
  expect(jsonOf<{ sessionPath: string }>(made).sessionPath).toMatch(/^\/.+\/workspace\/notes\/a b\.txt$/);
  expect((await file('PUT', 'notes/a%20b.txt', 'changed')).status).toBe(200);
  expect(codeOf(await file('PUT', 'notes/a%20b.txt', 'x', { 'if-none-match': '*' }))).toEqual([
    412,
    'precondition-failed',
  ]);

  const got = await file('GET', 'notes/a%20b.txt');
  expect([got.status, got.body.toString(), got.headers['cache-control']]).toEqual([200, 'changed', 'no-store']);
  expect(got.headers['content-disposition']).toBe(`attachment; filename*=UTF-8''a%20b.txt`);
  expect(got.headers['content-security-policy']).toContain('sandbox');
  const part = await file('GET', 'notes/a%20b.txt', undefined, { range: 'bytes=2-3' });
  expect([part.status, part.body.toString(), part.headers['content-range']]).toEqual([206, 'an', 'bytes 2-3/7']);
  const past = await file('GET', 'notes/a%20b.txt', undefined, { range: 'bytes=7-' });
  expect([...codeOf(past), past.headers['content-range']]).toEqual([416, 'range-not-satisfiable', 'bytes */7']);
  const known = { 'if-none-match': got.headers.etag ?? '' };
  expect((await file('GET', 'notes/a%20b.txt', undefined, known)).status).toBe(304);
  const head = await file('HEAD', 'notes/a%20b.txt');
  expect([head.status, head.headers['content-length'], head.headers.etag]).toEqual([200, '7', got.headers.etag]);

  const listing = await file('GET', 'notes');
  expect(jsonOf<{ entries: unknown[] }>(listing).entries).toMatchObject([{ name: 'a b.txt', kind: 'file', size: 7 }]);
  expect((await file('GET', 'notes', undefined, { 'if-none-match': listing.headers.etag ?? '' })).status).toBe(304);
  expect((await file('GET', '?limit=1')).status).toBe(200);
  const archive = await file('GET', 'notes?archive=tar.gz');
  expect([archive.status, archive.headers['content-type']]).toEqual([200, 'application/gzip']);

  const moved = await check('POST', '/moves', '/moves', { from: 'notes/a b.txt', to: 'c.txt' });
  expect([moved.status, jsonOf(moved)]).toMatchObject([200, { path: 'c.txt' }]);
  expect((await check('POST', '/folders', '/folders', { path: 'new' })).status).toBe(201);
  expect(codeOf(await check('POST', '/moves', '/moves', { from: 'c.txt', to: 'new' }))).toEqual([409, 'file-exists']);
  expect((await file('DELETE', 'c.txt')).status).toBe(204);
  expect((await file('PUT', 'new/x', '')).status).toBe(201);
  expect(codeOf(await file('DELETE', 'new'))).toEqual([409, 'folder-not-empty']);
  expect((await file('DELETE', 'new?recursive=true')).status).toBe(204);
});

test('a path may be sent as one segment, as clients made from the document do', async () => {
  expect((await file('PUT', 'folder%2Ffile', 'x')).status).toBe(201);
  expect((await file('GET', 'folder/file')).body.toString()).toBe('x');
  expect((await file('GET', 'folder%2Ffile')).body.toString()).toBe('x');
});

test('an upload in pieces is gone on with after a cut, and large', async () => {
  const bytes = randomBytes(24 * MIB);
  const begun = await check('POST', '/uploads', '/uploads', { path: 'large.bin', size: bytes.length });
  expect(begun.status).toBe(201);
  const { id } = jsonOf<{ id: string }>(begun);
  expect(begun.headers.location).toBe(`${at}/uploads/${id}`);
  const piece = (offset: number, body: Buffer) =>
    check('PATCH', '/uploads/{uploadId}', `/uploads/${id}`, body, { 'upload-offset': offset });
  const first = await piece(0, bytes.subarray(0, 8 * MIB));
  expect([first.status, first.headers['upload-offset']]).toEqual([204, String(8 * MIB)]);

  const headers = { 'upload-offset': 8 * MIB, 'content-length': 16 * MIB };
  const { outgoing } = gateway.open('PATCH', `${at}/uploads/${id}`, token, headers);
  outgoing.write(bytes.subarray(8 * MIB, 12 * MIB));
  const offset = async () => {
    const head = await check('HEAD', '/uploads/{uploadId}', `/uploads/${id}`);
    return [head.status, Number(head.headers['upload-offset']), Number(head.headers['upload-length'])];
  };
  await once(outgoing, 'drain');
  outgoing.destroy();
  const [status, reached = 0, length] = await offset();
  expect([status, length]).toEqual([204, bytes.length]);
  expect(reached).toBeGreaterThanOrEqual(8 * MIB);
  expect(reached).toBeLessThanOrEqual(12 * MIB);
  const wrong = await piece(1, Buffer.from('x'));
  expect([...codeOf(wrong)]).toEqual([409, 'wrong-offset']);
  const last = await piece(reached, bytes.subarray(reached));
  expect([last.status, jsonOf(last)]).toMatchObject([201, { path: 'large.bin', size: bytes.length }]);
  const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');
  expect(hash((await file('GET', 'large.bin')).body)).toBe(hash(bytes));
  expect((await check('GET', '/uploads/{uploadId}', `/uploads/${id}`)).status).toBe(404);
});

test('an upload that is given up is gone', async () => {
  const { id } = jsonOf<{ id: string }>(await check('POST', '/uploads', '/uploads', { path: 'x', size: 5 }));
  const shown = await check('GET', '/uploads/{uploadId}', `/uploads/${id}`);
  expect(jsonOf(shown)).toMatchObject({ id, offset: 0, size: 5 });
  expect((await check('DELETE', '/uploads/{uploadId}', `/uploads/${id}`)).status).toBe(204);
  expect(codeOf(await check('DELETE', '/uploads/{uploadId}', `/uploads/${id}`))).toEqual([404, 'upload-not-found']);
});

describe('what cannot be done is said as it is', () => {
  test('of paths and names', async () => {
    expect(codeOf(await file('GET', 'nothing'))).toEqual([404, 'file-not-found']);
    expect((await file('HEAD', 'nothing')).status).toBe(404);
    expect(codeOf(await file('GET', '..%2fx'))).toEqual([400, 'bad-path']);
    expect(codeOf(await file('GET', 'a%00b'))).toEqual([400, 'bad-path']);
    expect(codeOf(await file('GET', '%2Fetc%2Fpasswd'))).toEqual([404, 'outside-workspace']);
    expect(codeOf(await file('PUT', 'a%0Ab', 'x'))).toEqual([400, 'bad-name']);
  });

  test('of requests', async () => {
    expect(codeOf(await file('GET', '?limit=0'))).toEqual([400, 'validation-failed']);
    expect(codeOf(await file('GET', '?unknown=1'))).toEqual([400, 'validation-failed']);
    expect(codeOf(await file('DELETE', 'x?recursive=perhaps'))).toEqual([400, 'validation-failed']);
    const moves = (body: object) => check('POST', '/moves', '/moves', body);
    expect(codeOf(await moves({ from: 'a' }))).toEqual([400, 'validation-failed']);
    expect(codeOf(await moves({ from: 'a', to: 'b', force: true }))).toEqual([400, 'validation-failed']);
    const post = await gateway.call('POST', `${at}/files/x`, token);
    expect([...codeOf(post), post.headers.allow]).toEqual([405, 'method-not-allowed', 'GET, HEAD, PUT, DELETE']);
  });

  test('of folders', async () => {
    await file('PUT', 'folder/file', 'x');
    expect(codeOf(await file('PUT', 'folder', 'x'))).toEqual([409, 'is-a-folder']);
    expect(codeOf(await file('PUT', 'folder/file/x', 'x'))).toEqual([409, 'not-a-folder']);
    expect(codeOf(await check('POST', '/folders', '/folders', { path: 'folder' }))).toEqual([409, 'file-exists']);
  });

  test('of files that are too large, before they come', async () => {
    const length = { 'content-length': 33 * MIB };
    const { outgoing, answer } = gateway.open('PUT', `${at}/files/large`, token, length);
    outgoing.flushHeaders();
    const refused = await answer;
    expect(codeOf(refused)).toEqual([413, 'file-too-large']);
    expect(jsonOf<{ detail: string }>(refused).detail).toBe('A file may have at most 32.0 MiB.');
    outgoing.destroy();
    const upload = { path: 'large', size: 33 * MIB };
    expect(codeOf(await check('POST', '/uploads', '/uploads', upload))).toEqual([413, 'file-too-large']);
  });

  test('of a path that is not to be resolved on the way', async () => {
    // By a socket: every client tidies it up.
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(
      `GET ${at}/files/a/../../../x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400/);
    socket.destroy();
  });
});

test('a path that a program has printed is found', async () => {
  const { sessionPath } = jsonOf<{ sessionPath: string }>(await file('PUT', 'src/a.ts', 'x'));
  const lookUp = (path: string) => check('GET', '/file-lookup', `/file-lookup?path=${encodeURIComponent(path)}`);
  expect(jsonOf(await lookUp(`${sessionPath}:12`))).toEqual({ path: 'src/a.ts', sessionPath, kind: 'file', line: 12 });
  expect((await file('GET', encodeURIComponent(sessionPath))).body.toString()).toBe('x');
  expect(codeOf(await lookUp('/etc/passwd'))).toEqual([404, 'outside-workspace']);
  expect(codeOf(await check('GET', '/file-lookup', '/file-lookup'))).toEqual([400, 'validation-failed']);
});

describe('changes', () => {
  const seen = async () => ({ folders: [{ path: '', etag: (await file('GET', '')).headers.etag ?? '' }] });
  const wait = (body: object) => check('POST', '/file-changes', '/file-changes', body);

  test('are told to who waits for them', async () => {
    const waiting = wait(await seen());
    await file('PUT', 'new', 'x');
    expect(jsonOf(await waiting)).toEqual({ changed: [''] });
    expect(codeOf(await wait({ folders: [] }))).toEqual([400, 'validation-failed']);
  });

  test('are waited for no longer than the session lives', async () => {
    const waiting = wait(await seen());
    await gateway.call('DELETE', at, token);
    // Its folder went with it.
    const { status } = await waiting;
    expect([200, 410]).toContain(status);
    expect(codeOf(await wait({ folders: [{ path: '', etag: '' }] }))).toEqual([410, 'session-over']);
  });

  test('are waited for no longer than the server does', async () => {
    const other = await WholeGateway.start();
    const session = await other.session(await other.signIn()).then(({ at: path }) => path);
    const bearer = await other.signIn();
    const { etag = '' } = (await other.call('GET', `${session}/files/`, bearer)).headers;
    const waiting = other.call('POST', `${session}/file-changes`, bearer, { folders: [{ path: '', etag }] });
    // It has reached the session when another call has.
    await other.call('GET', `${session}/files/`, bearer);
    const [answer] = await Promise.all([waiting, other.close()]);
    expect([503, 410]).toContain(answer.status);
  });
});

test('files of a session that is over are gone, and that is said', async () => {
  await file('PUT', 'file', 'x');
  await gateway.call('DELETE', at, token);
  expect(codeOf(await file('GET', 'file'))).toEqual([410, 'session-over']);
  expect(codeOf(await file('PUT', 'file', 'x'))).toEqual([410, 'session-over']);
  expect(codeOf(await check('POST', '/uploads', '/uploads', { path: 'x', size: 1 }))).toEqual([410, 'session-over']);
});

describe('links', () => {
  const cookieOf = (answer: Answer) => answer.headers['set-cookie']?.[0] ?? '';
  const byCookie = (method: string, path: string, cookie: string) =>
    gateway.call(method, at + path, null, undefined, { cookie: cookie.split(';')[0] ?? '' });

  test('let a browser read the files of one session, and do nothing else', async () => {
    await file('PUT', 'file', 'content');
    const allowed = await check('POST', '/file-links', '/file-links');
    const cookie = cookieOf(allowed);
    expect(allowed.status).toBe(204);
    expect(cookie).toContain(`Path=${at}/files; `);
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Max-Age=300']) expect(cookie).toContain(attribute);
    expect((await byCookie('GET', '/files/file', cookie)).body.toString()).toBe('content');
    expect((await byCookie('HEAD', '/files/file', cookie)).status).toBe(200);
    expect((await byCookie('PUT', '/files/file', cookie)).status).toBe(401);
    expect((await byCookie('DELETE', '/files/file', cookie)).status).toBe(401);
    expect((await byCookie('POST', '/uploads', cookie)).status).toBe(401);
    expect((await byCookie('GET', '', cookie)).status).toBe(401);
  });

  test('end with the sign-in', async () => {
    const mine = await gateway.signIn();
    const allowed = await gateway.call('POST', `${at}/file-links`, mine);
    await gateway.call('POST', '/auth/logout', mine);
    const refused = await byCookie('GET', '/files/', cookieOf(allowed));
    expect(codeOf(refused)).toEqual([401, 'signed-out']);
  });
});

describe('the audit log', () => {
  /** The line that `wanted` fits, once it is there. */
  async function line(event: string, path: string): Promise<ReadLine & { bytes?: number; to?: string }> {
    for (;;) {
      const found = linesOf(gateway.audit()).find((one) => one.event === event && 'path' in one && one.path === path);
      if (found !== undefined) return found;
      await new Promise(setImmediate);
    }
  }

  test('has what was done to files, by whom', async () => {
    await file('PUT', 'a%20b', '12345');
    await file('GET', 'a%20b');
    await check('POST', '/moves', '/moves', { from: 'a b', to: 'c d' });
    await check('POST', '/folders', '/folders', { path: 'new folder' });
    await file('DELETE', 'new%20folder');
    await file('GET', '');
    const { id } = jsonOf<{ id: string }>(await check('POST', '/uploads', '/uploads', { path: 'e f', size: 3 }));
    await check('PATCH', '/uploads/{uploadId}', `/uploads/${id}`, 'xyz', { 'upload-offset': 0 });
    expect(await line('file.uploaded', 'a%20b')).toMatchObject({ actor: { name: 'admin' }, bytes: 5 });
    expect(await line('file.download-started', 'a%20b')).toMatchObject({ outcome: 'success' });
    expect(await line('file.downloaded', 'a%20b')).toMatchObject({ bytes: 5 });
    expect(await line('file.moved', 'a%20b')).toMatchObject({ to: 'c%20d' });
    await line('file.folder-made', 'new%20folder');
    await line('file.deleted', 'new%20folder');
    await line('file.listed', '');
    expect(await line('file.uploaded', 'e%20f')).toMatchObject({ bytes: 3 });
    expect(await verifyText(gateway.audit())).toMatchObject({ problem: null });
  });

  test('has a download that was cut off, with how much of it was sent', async () => {
    await file('PUT', 'large', randomBytes(24 * MIB));
    const { outgoing } = gateway.open('GET', `${at}/files/large`, token);
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
    await once(response, 'readable');
    await line('file.download-started', 'large');
    outgoing.destroy();
    const cut = await line('file.download-cut', 'large');
    expect(cut).toMatchObject({ outcome: 'failure', actor: { name: 'admin' } });
    expect(cut.bytes).toBeGreaterThan(0);
    expect(cut.bytes).toBeLessThan(24 * MIB);
  });
});
