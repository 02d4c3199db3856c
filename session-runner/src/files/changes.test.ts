import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { RunningWorkspace, jsonOf, refusal } from '../testing/running-workspace';

let files: RunningWorkspace;
beforeEach(async () => (files = await RunningWorkspace.start()));
afterEach(() => files.close());

/** The folders as they are now. */
async function seen(...paths: string[]) {
  const etags = paths.map(async (path) => ({ path, etag: (await files.get(path)).headers.etag ?? '' }));
  return { folders: await Promise.all(etags) };
}

/** Begins to wait; resolves when the wait has begun, with its end. */
function wait(body: object): Promise<string[]> {
  return files.call('POST', '/changes', body).then((answer) => jsonOf<{ changed: string[] }>(answer).changed);
}

test.each([
  ['a new file', () => writeFileSync(files.path('folder/new'), '')],
  ['a file that has grown', () => appendFileSync(files.path('folder/file'), 'more')],
  ['a file that has gone', () => rmSync(files.path('folder/file'))],
  ['a file with another name', () => renameSync(files.path('folder/file'), files.path('folder/other'))],
  ['a new folder', () => mkdirSync(files.path('folder/sub'))],
  ['the folder gone', () => rmSync(files.path('folder'), { recursive: true })],
])('%s is told, in its folder only', async (_what, change) => {
  mkdirSync(files.path('folder'));
  mkdirSync(files.path('quiet'));
  writeFileSync(files.path('folder/file'), 'x');
  const changed = wait(await seen('folder', 'quiet'));
  // Whether before or after the wait begins makes no difference.
  await files.get('');
  change();
  expect(await changed).toEqual(['folder']);
});

test('what happened before the wait began is told at once', async () => {
  const before = await seen('');
  writeFileSync(files.path('new'), '');
  expect(await wait(before)).toEqual(['']);
  expect(await wait({ folders: [{ path: 'never/there', etag: '"x"' }] })).toEqual(['never/there']);
});

test('nothing is told when nothing has happened for a while', async () => {
  await files.close();
  files = await RunningWorkspace.start({ waitMs: 50 });
  expect(await wait(await seen(''))).toEqual([]);
});

test('a change deep in a folder is not told of the folder', async () => {
  await files.close();
  files = await RunningWorkspace.start({ waitMs: 500 });
  mkdirSync(files.path('folder/sub/deep'), { recursive: true });
  const changed = wait(await seen('', 'folder'));
  writeFileSync(files.path('folder/sub/deep/new'), '');
  expect(await changed).toEqual([]);
});

test('what is outside cannot be watched', async () => {
  symlinkSync(files.outside, files.path('link'));
  expect(await wait({ folders: [{ path: 'link', etag: '"x"' }] })).toEqual(['link']);
  const outside = { folders: [{ path: files.outside, etag: '"x"' }] };
  expect(await wait(outside)).toEqual([files.outside]);
});

test('only so many folders can be followed', async () => {
  const folders = Array.from({ length: 65 }, (_, n) => ({ path: String(n), etag: '""' }));
  expect(refusal(await files.call('POST', '/changes', { folders }))).toEqual([400, 'bad-path']);
});
