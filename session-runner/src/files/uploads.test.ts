import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { MAX_FILE_BYTES_HEADER } from '@claude-webui/protocol';
import type { FileUpload, StoredFile } from '@claude-webui/protocol';
import type { Answer } from '@claude-webui/testing/http/raw-call';
import { RunningWorkspace, jsonOf, refusal } from '../testing/running-workspace';

let files: RunningWorkspace;
beforeEach(async () => (files = await RunningWorkspace.start()));
afterEach(() => files.close());

async function begin(path: string, size: number, overwrite = false): Promise<FileUpload> {
  const answer = await files.call('POST', '/uploads', { path, size, overwrite });
  expect(answer.status).toBe(201);
  return jsonOf<FileUpload>(answer);
}

const piece = (id: string, offset: number | string, body: string | Buffer): Promise<Answer> =>
  files.call('PATCH', `/uploads/${id}`, body, { 'upload-offset': offset });

async function offsetOf(id: string): Promise<number> {
  const { status, headers } = await files.call('HEAD', `/uploads/${id}`);
  expect(status).toBe(204);
  return Number(headers['upload-offset']);
}

test('a file that comes in pieces is there when the last has come, and not before', async () => {
  const upload = await begin('new/folder/file', 10);
  expect(upload).toMatchObject({ path: 'new/folder/file', sessionPath: files.path('new/folder/file'), offset: 0 });
  const first = await piece(upload.id, 0, 'Hello');
  expect([first.status, first.headers['upload-offset']]).toEqual([204, '5']);
  expect(readdirSync(files.path('new/folder'))).toEqual([]);
  const last = await piece(upload.id, 5, 'World');
  expect([last.status, jsonOf<StoredFile>(last).size]).toEqual([201, 10]);
  expect(readFileSync(files.path('new/folder/file'), 'utf8')).toBe('HelloWorld');
  expect(statSync(files.path('new/folder/file')).mode & 0o777).toBe(0o644);
  expect(refusal(await piece(upload.id, 10, ''))).toEqual([404, 'upload-not-found']);
  expect(readdirSync(files.uploads)).toEqual([]);
});

test('an upload that was cut goes on where it was', async () => {
  const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, index) => (index * 31) % 251));
  const { id } = await begin('file', bytes.length);
  for (let offset = 0; offset < bytes.length; offset = await offsetOf(id)) {
    const { outgoing } = files.open('PATCH', `/uploads/${id}`, {
      'upload-offset': offset,
      'content-length': bytes.length - offset,
    });
    outgoing.write(bytes.subarray(offset, offset + 100_000));
    while ((await sizeOf(id)) === offset) await files.get('');
    outgoing.destroy();
    if (offset >= 300_000) {
      const rest = await offsetOf(id);
      expect((await piece(id, rest, bytes.subarray(rest))).status).toBe(201);
      break;
    }
  }
  expect(readFileSync(files.path('file')).equals(bytes)).toBe(true);
});

/** Without interrupting it. */
const sizeOf = (id: string) => Promise.resolve(statSync(`${files.uploads}/${id}`).size);

test('who comes back need not wait for the connection that was lost', async () => {
  const { id } = await begin('file', 10);
  const { outgoing, answer } = files.open('PATCH', `/uploads/${id}`, { 'upload-offset': 0, 'content-length': 10 });
  outgoing.write('12345');
  while ((await sizeOf(id)) < 5) await files.get('');
  expect(await offsetOf(id)).toBe(5);
  await expect(answer).rejects.toThrow();
  expect((await piece(id, 5, '67890')).status).toBe(201);
  expect(readFileSync(files.path('file'), 'utf8')).toBe('1234567890');
});

test('a piece for another place is refused, and nothing of it is taken', async () => {
  const { id } = await begin('file', 10);
  await piece(id, 0, 'Hello');
  expect(refusal(await piece(id, 3, 'xxx'))).toEqual([409, 'wrong-offset']);
  expect(refusal(await piece(id, 7, 'xxx'))).toEqual([409, 'wrong-offset']);
  expect(refusal(await piece(id, 'here', 'xxx'))).toEqual([400, 'bad-upload']);
  expect(refusal(await files.call('PATCH', `/uploads/${id}`, 'xxx'))).toEqual([400, 'bad-upload']);
  expect(refusal(await piece(id, 5, 'too much'))).toEqual([400, 'bad-upload']);
  const chunked = files.open('PATCH', `/uploads/${id}`, { 'upload-offset': 5, 'transfer-encoding': 'chunked' });
  chunked.outgoing.end('too much');
  expect(refusal(await chunked.answer)).toEqual([400, 'bad-upload']);
  expect((await piece(id, 5, 'World')).status).toBe(201);
  expect(readFileSync(files.path('file'), 'utf8')).toBe('HelloWorld');
});

test('what could not be finished is refused before a byte has come', async () => {
  writeFileSync(files.path('there'), '');
  mkdirSync(files.path('folder'));
  const refused = async (body: object, headers = {}) => refusal(await files.call('POST', '/uploads', body, headers));
  expect(await refused({ path: 'there', size: 1 })).toEqual([409, 'file-exists']);
  expect(await refused({ path: 'folder', size: 1, overwrite: true })).toEqual([409, 'is-a-folder']);
  expect(await refused({ path: 'there/x', size: 1 })).toEqual([409, 'not-a-folder']);
  expect(await refused({ path: '../x', size: 1 })).toEqual([400, 'bad-path']);
  expect(await refused({ path: 'x', size: 4 }, { [MAX_FILE_BYTES_HEADER]: '3' })).toEqual([413, 'file-too-large']);
  expect(await refused({ path: 'x', size: -1 })).toEqual([400, 'bad-path']);
  const full = await files.call('POST', '/uploads', { path: 'x', size: 2 ** 50 }, { [MAX_FILE_BYTES_HEADER]: 2 ** 51 });
  expect(refusal(full)).toEqual([507, 'no-space']);
  expect(jsonOf<{ detail: string }>(full).detail).toMatch(
    /^The file has 1024 TiB, and .+ are free in the workspace\.$/,
  );
});

test('a file that is replaced stays whole until then, and keeps its permissions', async () => {
  writeFileSync(files.path('script'), 'before');
  chmodSync(files.path('script'), 0o700);
  const { id } = await begin('script', 5, true);
  await piece(id, 0, 'aft');
  expect(readFileSync(files.path('script'), 'utf8')).toBe('before');
  expect((await piece(id, 3, 'er')).status).toBe(200);
  expect(readFileSync(files.path('script'), 'utf8')).toBe('after');
  expect(statSync(files.path('script')).mode & 0o777).toBe(0o700);
});

test('a file that somebody else has made meanwhile is not replaced', async () => {
  const { id } = await begin('file', 4);
  writeFileSync(files.path('file'), 'theirs');
  expect(refusal(await piece(id, 0, 'mine'))).toEqual([409, 'file-exists']);
  expect(readFileSync(files.path('file'), 'utf8')).toBe('theirs');
});

test('an upload into a folder that has been deleted makes it again', async () => {
  const { id } = await begin('folder/file', 4);
  rmSync(files.path('folder'), { recursive: true });
  expect((await piece(id, 0, 'mine')).status).toBe(201);
  expect(readFileSync(files.path('folder/file'), 'utf8')).toBe('mine');
});

test('what is given up leaves nothing', async () => {
  const { id } = await begin('file', 10);
  await piece(id, 0, 'Hello');
  expect((await files.call('DELETE', `/uploads/${id}`)).status).toBe(204);
  expect((await files.call('HEAD', `/uploads/${id}`)).status).toBe(404);
  expect([...readdirSync(files.root), ...readdirSync(files.uploads)]).toEqual([]);
});

test('an empty file is one without a piece', async () => {
  const { id } = await begin('file', 0);
  expect((await piece(id, 0, '')).status).toBe(201);
  expect(readFileSync(files.path('file'), 'utf8')).toBe('');
});

test('there is an end to what can be begun', async () => {
  for (let n = 0; n < 32; n += 1) await begin(`file ${n}`, 1);
  const answer = await files.call('POST', '/uploads', { path: 'one more', size: 1 });
  expect(refusal(answer)).toEqual([429, 'files-busy']);
  expect(readdirSync(files.uploads)).toHaveLength(32);
});
