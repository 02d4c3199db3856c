/** Against a server in memory that fails when the test says so. */
import type { FileLookup, FileUpload, StoredFile } from '@claude-webui/protocol';
import { ApiError } from '../../api/problem';
import { NotSent } from '../../api/send-blob';
import type { FilesToSend } from './dropped-files';
import { Uploads } from './uploads';
import type { Answer, UploadsApi, UploadsView } from './uploads';

const MB = 1024 * 1024;

class Server implements UploadsApi {
  readonly files = new Map<string, Blob>();
  readonly folders = new Set<string>();
  readonly uploads = new Map<string, { path: string; size: number; pieces: Blob[] }>();
  /** What each call in order fails with, before it does anything (`late`: after). */
  failures: ({ error: Error; late?: true } | null)[] = [];
  calls: string[] = [];
  sendingAtOnce = 0;
  mostAtOnce = 0;
  /** While it is set, no file arrives. */
  hold: Promise<void> | null = null;

  put(path: string, content: Blob, overwrite: boolean, { signal }: { signal: AbortSignal }): Promise<StoredFile> {
    return this.does(`put ${path}`, async () => {
      this.mostAtOnce = Math.max(this.mostAtOnce, (this.sendingAtOnce += 1));
      await Promise.race([
        this.hold,
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
      ]);
      this.sendingAtOnce -= 1;
      return this.store(path, content, overwrite);
    });
  }

  begin(path: string, size: number, overwrite: boolean): Promise<FileUpload> {
    return this.does(`begin ${path}`, () => {
      if (this.files.has(path) && !overwrite) throw new ApiError('file-exists', 'Taken.', 409);
      const id = `u${this.uploads.size + 1}`;
      this.uploads.set(id, { path, size, pieces: [] });
      return { id, ...place(path), size, offset: 0, expiresAt: '' };
    });
  }

  offset(id: string): Promise<number> {
    return this.does(`offset ${id}`, () => this.arrived(id));
  }

  append(id: string, offset: number, piece: Blob): Promise<{ next: number } | StoredFile> {
    return this.does(`append ${id} ${offset / MB}`, () => {
      const upload = this.uploads.get(id);
      if (upload === undefined) throw new ApiError('upload-not-found', 'Gone.', 404);
      if (offset !== this.arrived(id)) throw new ApiError('wrong-offset', 'Elsewhere.', 409);
      upload.pieces.push(piece);
      const next = this.arrived(id);
      if (next < upload.size) return { next };
      this.uploads.delete(id);
      return this.store(upload.path, new Blob(upload.pieces), true);
    });
  }

  giveUp(id: string): Promise<void> {
    return this.does(`give up ${id}`, () => void this.uploads.delete(id));
  }

  look(path: string): Promise<{ size: number; ageMs: number } | null> {
    return this.does(`look ${path}`, () => {
      const file = this.files.get(path);
      return file === undefined ? null : { size: file.size, ageMs: 0 };
    });
  }

  lookUp(path: string): Promise<FileLookup> {
    return Promise.resolve({ ...place(path), kind: this.folders.has(path) ? 'folder' : 'file' });
  }

  makeFolder(path: string) {
    return this.does(`folder ${path}`, () => {
      if (this.folders.has(path)) throw new ApiError('file-exists', 'Taken.', 409);
      this.folders.add(path);
      return place(path);
    });
  }

  private async does<T>(call: string, act: () => T | Promise<T>): Promise<T> {
    this.calls.push(call);
    const failure = this.failures.shift() ?? null;
    if (failure !== null && failure.late === undefined) throw failure.error;
    const answer = await act();
    if (failure !== null) throw failure.error;
    return answer;
  }

  private arrived(id: string): number {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new ApiError('upload-not-found', 'Gone.', 404);
    return upload.pieces.reduce((sum, { size }) => sum + size, 0);
  }

  private store(path: string, content: Blob, overwrite: boolean): StoredFile {
    if (this.files.has(path) && !overwrite) throw new ApiError('precondition-failed', 'Taken.', 412);
    this.files.set(path, content);
    return { ...place(path), size: content.size, modifiedAt: '', mode: '644' };
  }
}

const place = (path: string) => ({ path, sessionPath: `/w/${path}` });
const LOST = { error: new NotSent('lost') };
const file = (path: string, size = 3) => ({ file: new File([new Uint8Array(size)], path), path });
const toSend = (...paths: string[]): FilesToSend => ({
  files: paths.map((path) => file(path)),
  emptyFolders: [],
  isCut: false,
});
const large = (path: string, size: number): FilesToSend => ({
  files: [file(path, size)],
  emptyFolders: [],
  isCut: false,
});

let server: Server;
let uploads: Uploads;
let told: string[];
beforeEach(() => {
  server = new Server();
  told = [];
  const delay = () => new Promise<void>((resolve) => setImmediate(resolve));
  uploads = new Uploads(server, (sentence) => told.push(sentence), { now: () => 0, delay });
});

/** Resolves with the first view for which it holds. */
function seen(holds: (view: UploadsView) => boolean): Promise<UploadsView> {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds(uploads.snapshot())) return;
      unsubscribe();
      resolve(uploads.snapshot());
    };
    const unsubscribe = uploads.subscribe(look);
    look();
  });
}

async function answer(with_: Answer, forAll = false): Promise<string> {
  const { question } = await seen((view) => view.question !== null);
  if (question === null) throw new Error('nothing is asked');
  uploads.answer(question.upload.id, with_, forAll);
  return question.upload.path;
}

test('files arrive few at a time, and absolute paths of what was chosen are told, of folders their own', async () => {
  const what = { ...toSend('a', 'b', 'tour/c', 'tour/deep/d', 'e'), emptyFolders: ['tour/nothing', 'empty'] };
  expect(await uploads.add('inbox', what)).toEqual([
    '/w/inbox/a',
    '/w/inbox/b',
    '/w/inbox/tour',
    '/w/inbox/e',
    '/w/inbox/empty',
  ]);
  expect(server.files.size + server.folders.size).toBe(7);
  expect(server.mostAtOnce).toBeLessThanOrEqual(3);
  expect(uploads.snapshot()).toEqual({ shown: [], left: 0, failed: 0, progress: 0, question: null });
});

test('a large file goes in pieces', async () => {
  await uploads.add('', large('big', 5 * MB));
  expect(server.calls).toEqual(['begin big', 'append u1 0', 'append u1 1', 'append u1 3']);
  expect(server.files.get('big')?.size).toBe(5 * MB);
});

test('after a cut a large file goes on where it was', async () => {
  server.failures = [null, null, LOST, LOST];
  await uploads.add('', large('big', 3 * MB));
  expect(server.calls).toEqual([
    'begin big',
    'append u1 0',
    'append u1 1',
    'offset u1',
    'offset u1',
    'append u1 1',
    'append u1 2',
  ]);
});

test.each([2 * MB, 3])(
  'the last answer of a file of %d bytes is lost: it is not sent twice, and nobody is asked',
  async (size) => {
    server.failures = size > MB ? [null, null, { ...LOST, late: true }] : [{ ...LOST, late: true }];
    expect(await uploads.add('', large('f', size))).toEqual(['/w/f']);
    expect(server.calls.filter((call) => /put|begin/.test(call))).toHaveLength(1);
  },
);

test('a name that is taken is asked about: skip, replace, keep both', async () => {
  for (const name of ['a', 'b.txt', 'b (2).txt', 'c']) server.files.set(name, new Blob(['old']));
  const arrived = uploads.add('', toSend('a', 'b.txt', 'c'));
  await answer('skip');
  await answer('keep-both');
  await answer('replace');
  expect(await arrived).toEqual(['/w/b (3).txt', '/w/c']);
  expect(await server.files.get('a')?.text()).toBe('old');
  expect(await server.files.get('b.txt')?.text()).toBe('old');
  expect(server.files.get('b (3).txt')?.size).toBe(3);
  expect(await server.files.get('c')?.text()).toBe('\0\0\0');
});

test('one answer can be for all that was asked for together, and for nothing else', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'z']) server.files.set(name, new Blob(['old']));
  const first = uploads.add('', toSend('a', 'b', 'c', 'd', 'e'));
  await answer('skip', true);
  expect(await first).toEqual([]);
  const second = uploads.add('', toSend('z'));
  expect(await answer('replace')).toBe('z');
  expect(await second).toEqual(['/w/z']);
  expect(await server.files.get('e')?.text()).toBe('old');
});

test('a large file is asked about before its bytes go out', async () => {
  server.files.set('big', new Blob(['old']));
  const arrived = uploads.add('', large('big', 2 * MB));
  await answer('skip');
  await arrived;
  expect(server.calls).toEqual(['begin big']);
});

test('a refusal is told in its own words, once for all that was asked for together, and can be tried again', async () => {
  const full = { error: new ApiError('no-space', 'There is not enough room in the workspace.', 507) };
  server.failures = [full, full];
  expect(await uploads.add('', toSend('a', 'b'))).toEqual([]);
  expect(told).toEqual(['a was not sent. There is not enough room in the workspace.']);
  const { shown, failed, left } = uploads.snapshot();
  expect([failed, left, shown[0]?.problem]).toEqual([2, 0, 'There is not enough room in the workspace.']);
  for (const { id } of shown) uploads.retry(id);
  await seen((view) => view.failed === 0 && view.left === 0);
  expect([...server.files.keys()]).toEqual(['a', 'b']);
});

test('a connection that stays away ends in a failure, and another try goes on where the file was', async () => {
  server.failures = [null, null, ...Array<typeof LOST>(17).fill(LOST)];
  await uploads.add('', large('big', 3 * MB));
  expect(uploads.snapshot().shown[0]?.problem).toContain('cannot be reached');
  expect(server.uploads.size).toBe(1);
  uploads.retry(uploads.snapshot().shown[0]?.id ?? 0);
  await seen((view) => view.failed === 0 && view.left === 0);
  expect(server.calls.filter((call) => call.startsWith('begin'))).toHaveLength(1);
  expect(server.files.get('big')?.size).toBe(3 * MB);
});

test('what is given up is not sent, and the server hears of it', async () => {
  server.hold = new Promise(() => undefined);
  const arrived = uploads.add('', toSend('a'));
  uploads.cancel((await seen((view) => view.left === 1)).shown[0]?.id ?? 0);
  expect(await arrived).toEqual([]);
  server.hold = null;
  server.failures = [null, null, { error: new ApiError('file-failed', 'No.', 500) }];
  await uploads.add('', large('big', 3 * MB));
  expect(server.calls.at(-1)).toBe('give up u1');
  expect([server.files.size, server.uploads.size]).toEqual([0, 0]);
});

test('a file that the browser can no longer read is told', async () => {
  const gone = Object.assign(new File(['x'], 'a'), {
    slice: () => ({ arrayBuffer: () => Promise.reject(new Error()) }),
  });
  server.failures = [LOST];
  await uploads.add('', { files: [{ file: gone, path: 'a' }], emptyFolders: [], isCut: false });
  expect(told).toEqual([expect.stringContaining('The browser cannot read it')]);
});

test('a folder that is there already is what was wanted', async () => {
  server.folders.add('empty');
  expect(await uploads.add('', { files: [], emptyFolders: ['empty'], isCut: false })).toEqual(['/w/empty']);
  expect(told).toEqual([]);
});

test('too much at once is refused, and nothing of it is sent', async () => {
  expect(await uploads.add('', { ...toSend('a'), isCut: true })).toEqual([]);
  expect([told.length, server.calls.length]).toEqual([1, 0]);
});
