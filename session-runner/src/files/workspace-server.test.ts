import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { MAX_FILE_BYTES_HEADER } from '@claude-webui/protocol';
import { RunningWorkspace, jsonOf, refusal } from '../testing/running-workspace';

const MIB = 1024 * 1024;

let files: RunningWorkspace;
beforeEach(async () => (files = await RunningWorkspace.start()));
afterEach(() => files.close());

describe('reading', () => {
  test('a file that is put is got again, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 3 * MIB }, (_, index) => (index * 7919) % 256));
    expect((await files.put('new/folder/a%20b.bin', bytes)).status).toBe(201);
    expect(readFileSync(files.path('new/folder/a b.bin')).equals(bytes)).toBe(true);
    const { status, headers, body } = await files.get('new/folder/a%20b.bin');
    expect([status, headers['content-length'], headers['content-type']]).toEqual([
      200,
      String(bytes.length),
      'application/octet-stream',
    ]);
    expect(headers['content-disposition']).toBe(`attachment; filename*=UTF-8''a%20b.bin`);
    expect(body.equals(bytes)).toBe(true);
  });

  test('an empty file is a file', async () => {
    expect((await files.put('empty', '')).status).toBe(201);
    const { status, headers, body } = await files.get('empty');
    expect([status, headers['content-length'], body.length]).toEqual([200, '0', 0]);
  });

  test('HEAD says what GET would, and sends nothing', async () => {
    writeFileSync(files.path('file'), '12345');
    const [head, got] = [await files.call('HEAD', '/files/file'), await files.get('file')];
    expect([head.status, head.body.length]).toEqual([200, 0]);
    for (const name of ['content-length', 'etag', 'last-modified', 'accept-ranges', 'content-disposition'])
      expect([name, head.headers[name]]).toEqual([name, got.headers[name]]);
    expect((await files.call('HEAD', '/files/')).headers['content-length']).toBe(
      (await files.get('')).headers['content-length'],
    );
    expect((await files.call('HEAD', '/files/none')).status).toBe(404);
  });

  test('a part of a file is got, unless the file has changed meanwhile', async () => {
    writeFileSync(files.path('file'), '0123456789');
    const part = async (range: string, headers = {}) => {
      const answer = await files.get('file', { range, ...headers });
      return [answer.status, answer.headers['content-range'], answer.body.toString()];
    };
    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await part('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=5-99')).toEqual([206, 'bytes 5-9/10', '56789']);
    // Others may be ignored (RFC 9110 §14.2).
    expect(await part('lines=1-2')).toEqual([200, undefined, '0123456789']);
    expect(await part('bytes=0-1,4-5')).toEqual([200, undefined, '0123456789']);
    const { etag = '' } = (await files.get('file')).headers;
    expect(await part('bytes=2-4', { 'if-range': etag })).toEqual([206, 'bytes 2-4/10', '234']);
    writeFileSync(files.path('file'), 'abcdefghij');
    expect(await part('bytes=2-4', { 'if-range': etag })).toEqual([200, undefined, 'abcdefghij']);
  });

  test.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])('the part %s of ten bytes cannot be had', async (range) => {
    writeFileSync(files.path('file'), '0123456789');
    const answer = await files.get('file', { range });
    expect(refusal(answer)).toEqual([416, 'range-not-satisfiable']);
    expect(answer.headers['content-range']).toBe('bytes */10');
  });

  test('what the reader has already is not sent again', async () => {
    writeFileSync(files.path('file'), 'content');
    const { etag = '', 'last-modified': modified = '' } = (await files.get('file')).headers;
    const again = await files.get('file', { 'if-none-match': `"other", ${etag}` });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
    expect((await files.get('file', { 'if-modified-since': modified })).status).toBe(304);
    writeFileSync(files.path('file'), 'changed');
    expect((await files.get('file', { 'if-none-match': etag })).status).toBe(200);
    const listing = (await files.get('')).headers.etag ?? '';
    expect((await files.get('', { 'if-none-match': listing })).status).toBe(304);
    writeFileSync(files.path('another'), '');
    expect((await files.get('', { 'if-none-match': listing })).status).toBe(200);
  });

  test('a pipe is neither read nor waited for', async () => {
    spawnSync('mkfifo', [files.path('pipe')]);
    expect(refusal(await files.get('pipe'))).toEqual([403, 'not-a-file']);
  });

  test('what is not there is not found', async () => {
    writeFileSync(files.path('file'), '');
    expect(refusal(await files.get('nothing'))).toEqual([404, 'file-not-found']);
    expect(refusal(await files.get('no/folder/either'))).toEqual([404, 'file-not-found']);
    expect(refusal(await files.get('file/in/a/file'))).toEqual([409, 'not-a-folder']);
  });
});

describe('listing', () => {
  test('a folder is listed with what is in it', async () => {
    mkdirSync(files.path('folder'));
    writeFileSync(files.path('file'), '12345', { mode: 0o640 });
    utimesSync(files.path('file'), 1, 1_700_000_000);
    symlinkSync(files.outside, files.path('link'));
    spawnSync('mkfifo', [files.path('pipe')]);
    const { path, sessionPath, truncated, entries } = await files.list();
    expect([path, sessionPath, truncated]).toEqual(['', files.root, false]);
    expect(entries.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['file', 'file', 5],
      ['folder', 'folder', 0],
      ['link', 'link', 0],
      ['pipe', 'other', 0],
    ]);
    expect(entries[0]).toEqual({
      name: 'file',
      kind: 'file',
      size: 5,
      modifiedAt: '2023-11-14T22:13:20.000Z',
      mode: '640',
    });
    const inner = await files.list('folder');
    expect([inner.path, inner.sessionPath, inner.entries]).toEqual(['folder', files.path('folder'), []]);
  });

  test('a large folder comes page by page, all of it once', async () => {
    const names = Array.from({ length: 2345 }, (_, index) => `file ${index}`);
    for (const name of names) writeFileSync(files.path(name), '');
    const seen: string[] = [];
    let page = await files.list();
    expect([page.entries.length, page.truncated]).toEqual([1000, true]);
    for (;;) {
      seen.push(...page.entries.map(({ name }) => name));
      if (!page.truncated) break;
      page = await files.list('', `?limit=700&after=${encodeURIComponent(seen.at(-1) ?? '')}`);
    }
    expect(seen).toEqual(names.sort());
    expect(refusal(await files.get('?limit=0'))).toEqual([400, 'bad-path']);
    expect(refusal(await files.get('?limit=1001'))).toEqual([400, 'bad-path']);
  });
});

describe('paths', () => {
  test.each([
    ...[
      '..',
      '../outside',
      'a/../../b',
      '%2e%2e/x',
      'a/%2e%2e/x',
      '..%2fx',
      'a%2F..%2F..%2Fx',
      'a%00b',
      '%ff',
      '%zz',
      '.',
    ],
  ])('the path %s is refused', refused);
  test('a name that is too long for the kernel is refused', () => refused('x'.repeat(300)));
  test('a path that is too long for the kernel is refused', () => refused('x/'.repeat(2100)));

  async function refused(path: string): Promise<void> {
    expect(refusal(await files.get(path))).toEqual([400, 'bad-path']);
    expect(refusal(await files.put(path, 'x'))).toEqual([400, 'bad-path']);
    expect(refusal(await files.call('DELETE', `/files/${path}?recursive=true`))).toEqual([400, 'bad-path']);
    expect(readFileSync(join(files.outside, 'secret'), 'utf8')).toBe('secret');
  }

  test('a path that was encoded as one segment is the same path', async () => {
    await files.put('folder%2Fsub%2Ffile', 'x');
    expect((await files.get('folder/sub/file')).body.toString()).toBe('x');
    expect((await files.get('folder%2Fsub%2Ffile')).body.toString()).toBe('x');
  });

  test('an absolute path of the session is found in the workspace, and nowhere else', async () => {
    writeFileSync(files.path('file'), 'x');
    expect((await files.get(`${files.root}/file`)).body.toString()).toBe('x');
    expect((await files.get(encodeURIComponent(`${files.root}/file`))).body.toString()).toBe('x');
    expect(refusal(await files.get(`${files.outside}/secret`))).toEqual([404, 'outside-workspace']);
    expect(refusal(await files.get(`${files.root}-other/x`))).toEqual([404, 'outside-workspace']);
    expect(refusal(await files.put('/etc/x', ''))).toEqual([404, 'outside-workspace']);
  });

  test.each(['ملف\u200f (1).txt', 'שלום\u200e.txt', '\u061cملف', 'می\u200cخواهم', '👨\u200d👩\u200d👧.png'])(
    'a file may have the name %j, as people write it in their scripts',
    async (name) => {
      const encoded = encodeURIComponent(name);
      expect((await files.put(encoded, 'x')).status).toBe(201);
      expect((await files.get(encoded)).body.toString()).toBe('x');
      expect((await files.list()).entries.map((entry) => entry.name)).toEqual([name]);
    },
  );

  test.each(['a\nb', 'a\u001b[31mb', 'a\u0085b', 'a\u202eb', '\u2066a', 'a\u2028b'])(
    'nothing new gets the name %j',
    async (name) => {
      const encoded = encodeURIComponent(name);
      expect(refusal(await files.put(encoded, 'x'))).toEqual([400, 'bad-name']);
      expect(refusal(await files.put(`${encoded}/x`, 'x'))).toEqual([400, 'bad-name']);
      expect(refusal(await files.call('POST', '/folders', { path: name }))).toEqual([400, 'bad-name']);
      expect(refusal(await files.call('POST', '/uploads', { path: name, size: 1 }))).toEqual([400, 'bad-name']);
      writeFileSync(files.path('file'), '');
      expect(refusal(await files.call('POST', '/moves', { from: 'file', to: name }))).toEqual([400, 'bad-name']);
      expect(readdirSync(files.root)).toEqual(['file']);
      // What a program has called so can be got rid of.
      writeFileSync(files.path(name), 'x');
      expect((await files.get(encoded)).body.toString()).toBe('x');
      expect((await files.call('DELETE', `/files/${encoded}`)).status).toBe(204);
    },
  );
});

describe('writing', () => {
  test('a file is replaced as a whole, and keeps its permissions', async () => {
    writeFileSync(files.path('script'), 'long content');
    chmodSync(files.path('script'), 0o750);
    const answer = await files.put('script', 'short');
    expect([answer.status, jsonOf(answer)]).toEqual([
      200,
      {
        path: 'script',
        sessionPath: files.path('script'),
        size: 5,
        mode: '750',
        modifiedAt: expect.any(String) as string,
      },
    ]);
    expect(readFileSync(files.path('script'), 'utf8')).toBe('short');
    expect(statSync(files.path('script')).mode & 0o7777).toBe(0o750);
    await files.put('new', 'x');
    expect(statSync(files.path('new')).mode & 0o7777).toBe(0o644);
  });

  test('nothing is replaced by who says so', async () => {
    expect((await files.put('file', 'mine', { 'if-none-match': '*' })).status).toBe(201);
    expect(refusal(await files.put('file', 'theirs', { 'if-none-match': '*' }))).toEqual([412, 'precondition-failed']);
    symlinkSync('nowhere', files.path('link'));
    expect((await files.put('link', 'x', { 'if-none-match': '*' })).status).toBe(412);
    expect(readFileSync(files.path('file'), 'utf8')).toBe('mine');
    expect(readdirSync(files.uploads)).toEqual([]);
  });

  test('of two that want a new file of one name, one gets it', async () => {
    const calls = Array.from({ length: 8 }, (_, n) => files.put('file', String(n), { 'if-none-match': '*' }));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, ...Array.from({ length: 7 }, () => 412)]);
    expect(statSync(files.path('file')).nlink).toBe(1);
  });

  test('a file is replaced only as it was seen, if the writer wants it so', async () => {
    await files.put('file', 'first');
    const { etag = '' } = (await files.get('file')).headers;
    expect((await files.put('file', 'second', { 'if-match': etag })).status).toBe(200);
    expect(refusal(await files.put('file', 'third', { 'if-match': etag }))).toEqual([412, 'precondition-failed']);
    expect(refusal(await files.put('none', 'x', { 'if-match': '*' }))).toEqual([412, 'precondition-failed']);
    expect(readFileSync(files.path('file'), 'utf8')).toBe('second');
  });

  test('a part is not taken for the whole', async () => {
    await files.put('file', 'whole');
    expect(refusal(await files.put('file', 'part', { 'content-range': 'bytes 0-3/9' }))).toEqual([400, 'bad-upload']);
    expect(readFileSync(files.path('file'), 'utf8')).toBe('whole');
  });

  test('a folder is not replaced by a file', async () => {
    mkdirSync(files.path('folder'));
    expect(refusal(await files.put('folder', 'x'))).toEqual([409, 'is-a-folder']);
    expect(refusal(await files.put('', 'x'))).toEqual([400, 'bad-path']);
    expect(readdirSync(files.root)).toEqual(['folder']);
  });

  test('a file that is announced as too large is refused before it comes', async () => {
    const { outgoing, answer } = files.open('PUT', '/files/large', { 'content-length': 100 * MIB + 1 });
    outgoing.flushHeaders();
    expect(refusal(await answer)).toEqual([413, 'file-too-large']);
    outgoing.destroy();
    expect(readdirSync(files.root)).toEqual([]);
    const small = { [MAX_FILE_BYTES_HEADER]: '3' };
    expect(refusal(await files.put('large', '1234', small))).toEqual([413, 'file-too-large']);
    expect((await files.put('large', '123', small)).status).toBe(201);
  });

  test('a file that turns out too large is refused, and nothing of it stays', async () => {
    const headers = { 'transfer-encoding': 'chunked', [MAX_FILE_BYTES_HEADER]: 4 * MIB };
    const { outgoing, answer } = files.open('PUT', '/files/large', headers);
    const chunk = Buffer.alloc(MIB);
    // Refused in the middle, the connection takes no more.
    for (let sent = 0; sent <= 6; sent += 1) {
      if (!outgoing.write(chunk)) await Promise.race([once(outgoing, 'drain'), answer]);
    }
    expect(refusal(await answer)).toEqual([413, 'file-too-large']);
    outgoing.destroy();
    expect([...readdirSync(files.root), ...readdirSync(files.uploads)]).toEqual([]);
  });

  test('an upload that breaks off leaves nothing, and the file from before', async () => {
    await files.put('file', 'before');
    const { outgoing } = files.open('PUT', '/files/file', { 'content-length': 1000 });
    outgoing.write('half');
    // It has begun.
    while (readdirSync(files.uploads).length === 0) await files.get('');
    outgoing.destroy();
    while (readdirSync(files.uploads).length > 0) await files.get('');
    expect((await files.get('file')).body.toString()).toBe('before');
    expect(readdirSync(files.root)).toEqual(['file']);
  });

  test('a file put over a link replaces the link and not what it leads to', async () => {
    symlinkSync(join(files.outside, 'secret'), files.path('file'));
    expect((await files.put('file', 'mine')).status).toBe(200);
    expect(readFileSync(join(files.outside, 'secret'), 'utf8')).toBe('secret');
    expect(readFileSync(files.path('file'), 'utf8')).toBe('mine');
  });
});

describe('folders, moves and deletion', () => {
  const move = (from: string, to: string, overwrite?: boolean) =>
    files.call('POST', '/moves', { from, to, ...(overwrite === undefined ? {} : { overwrite }) });

  test('a folder is made once, with those that it lies in', async () => {
    const made = await files.call('POST', '/folders', { path: 'a/b' });
    expect([made.status, jsonOf(made)]).toEqual([201, { path: 'a/b', sessionPath: files.path('a/b') }]);
    expect(refusal(await files.call('POST', '/folders', { path: 'a/b' }))).toEqual([409, 'file-exists']);
    await files.put('file', '');
    expect(refusal(await files.call('POST', '/folders', { path: 'file' }))).toEqual([409, 'file-exists']);
    expect(refusal(await files.call('POST', '/folders', { path: 'file/x' }))).toEqual([409, 'not-a-folder']);
    expect(refusal(await files.call('POST', '/folders', {}))).toEqual([400, 'bad-path']);
  });

  test('a file is renamed, and moved to another folder, with its permissions', async () => {
    await files.put('old', 'content');
    chmodSync(files.path('old'), 0o755);
    const moved = await move('old', 'new');
    expect([moved.status, jsonOf(moved)]).toEqual([200, { path: 'new', sessionPath: files.path('new') }]);
    mkdirSync(files.path('folder'));
    expect((await move('new', 'folder/newer')).status).toBe(200);
    expect(readFileSync(files.path('folder/newer'), 'utf8')).toBe('content');
    expect(statSync(files.path('folder/newer')).mode & 0o777).toBe(0o755);
    expect(readdirSync(files.root)).toEqual(['folder']);
    expect(refusal(await move('none', 'x'))).toEqual([404, 'file-not-found']);
    expect(refusal(await move('folder', 'no/such/folder'))).toEqual([404, 'file-not-found']);
    expect(refusal(await move('', 'x'))).toEqual([400, 'bad-path']);
    expect(refusal(await move('folder', '../x'))).toEqual([400, 'bad-path']);
  });

  test('nothing is moved over anything unless that is wanted', async () => {
    await files.put('one', '1');
    await files.put('two', '2');
    mkdirSync(files.path('empty'));
    mkdirSync(files.path('full/sub'), { recursive: true });
    expect(refusal(await move('one', 'two'))).toEqual([409, 'file-exists']);
    expect(refusal(await move('one', 'empty'))).toEqual([409, 'file-exists']);
    expect(refusal(await move('full', 'empty'))).toEqual([409, 'file-exists']);
    expect(refusal(await move('full', 'two', true))).toEqual([409, 'file-exists']);
    expect(refusal(await move('one', 'empty', true))).toEqual([409, 'is-a-folder']);
    expect(refusal(await move('empty', 'full', true))).toEqual([409, 'folder-not-empty']);
    expect([readFileSync(files.path('one'), 'utf8'), readFileSync(files.path('two'), 'utf8')]).toEqual(['1', '2']);
    expect((await move('one', 'two', true)).status).toBe(200);
    expect(readFileSync(files.path('two'), 'utf8')).toBe('1');
    expect((await move('full', 'empty', true)).status).toBe(200);
    expect(readdirSync(files.path('empty'))).toEqual(['sub']);
  });

  test('a folder is moved with what is in it, but not into itself', async () => {
    await files.put('a/b/file', 'x');
    expect(refusal(await move('a', 'a/b/a'))).toEqual([409, 'into-itself']);
    expect(readdirSync(files.path('a/b'))).toEqual(['file']);
    expect((await move('a', 'c')).status).toBe(200);
    expect(readFileSync(files.path('c/b/file'), 'utf8')).toBe('x');
  });

  test('a link is moved as a link', async () => {
    symlinkSync(join(files.outside, 'secret'), files.path('link'));
    expect((await move('link', 'moved')).status).toBe(200);
    expect((await files.list()).entries).toMatchObject([{ name: 'moved', kind: 'link' }]);
    expect(existsSync(join(files.outside, 'secret'))).toBe(true);
  });

  test('a file and an empty folder are deleted, a full folder only if that is wanted', async () => {
    await files.put('a/b/file', 'x');
    mkdirSync(files.path('empty'));
    symlinkSync(files.outside, files.path('a/b/link'));
    expect((await files.call('DELETE', '/files/empty')).status).toBe(204);
    expect(refusal(await files.call('DELETE', '/files/a'))).toEqual([409, 'folder-not-empty']);
    expect(refusal(await files.call('DELETE', '/files/none'))).toEqual([404, 'file-not-found']);
    expect(refusal(await files.call('DELETE', '/files/?recursive=true'))).toEqual([400, 'bad-path']);
    expect((await files.call('DELETE', '/files/a?recursive=true')).status).toBe(204);
    expect(readdirSync(files.root)).toEqual([]);
    expect(readdirSync(files.outside)).toEqual(['secret']);
  });

  test('a folder of thousands is deleted', async () => {
    for (let n = 0; n < 3000; n += 1) {
      mkdirSync(files.path(`deep/${n % 30}`), { recursive: true });
      writeFileSync(files.path(`deep/${n % 30}/${n}`), '');
    }
    expect((await files.call('DELETE', '/files/deep?recursive=true')).status).toBe(204);
    expect(readdirSync(files.root)).toEqual([]);
  });

  test('folders that lie too deep in each other are left for the terminal', async () => {
    mkdirSync(files.path('x/'.repeat(300)), { recursive: true });
    expect(refusal(await files.call('DELETE', '/files/x?recursive=true'))).toEqual([409, 'too-deep']);
  });
});

test('other methods and addresses are refused', async () => {
  expect((await files.call('PATCH', '/files/file')).status).toBe(405);
  expect((await files.call('PUT', '/uploads/x')).status).toBe(405);
  expect((await files.call('GET', '/elsewhere')).status).toBe(404);
  expect((await files.call('GET', '/moves')).status).toBe(404);
});

test('no more is done at once than a runner can bear', async () => {
  const opened = Array.from({ length: 64 }, () => files.open('PUT', '/files/slow', { 'content-length': 10 }));
  for (const { outgoing } of opened) outgoing.write('x');
  for (;;) {
    const answer = await files.get('');
    if (answer.status === 200) continue;
    expect(refusal(answer)).toEqual([429, 'files-busy']);
    break;
  }
  for (const { outgoing } of opened) outgoing.destroy();
  while ((await files.get('')).status !== 200);
});
