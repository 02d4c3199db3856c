/** Against a workspace in memory, which changes when the test says so. */
import type { FileEntry, SeenFolder } from '@claude-webui/protocol';
import { background } from '@claude-webui/protocol';
import { ApiError } from '../../api/problem';
import { WorkspaceTree } from './workspace-tree';

class Workspace {
  /** Path of each folder → names in it; those of folders end with a slash. */
  folders = new Map<string, string[]>([['', []]]);
  pageLength = 1000;
  lists: string[] = [];
  problem: Error | null = null;
  private wake: () => void = () => undefined;

  readonly list = (path: string, after: string) => {
    this.lists.push(path);
    const names = this.folders.get(path);
    if (this.problem !== null) return Promise.reject(this.problem);
    if (names === undefined) return Promise.reject(new ApiError('file-not-found', 'It is not there.', 404));
    const rest = names.toSorted().filter((name) => name > after);
    const listing = {
      path,
      sessionPath: `/w/${path}`,
      entries: rest.slice(0, this.pageLength).map(entry),
      truncated: rest.length > this.pageLength,
    };
    return Promise.resolve({ listing, etag: this.etag(path) });
  };

  readonly changes = async (seen: SeenFolder[], signal: AbortSignal): Promise<string[]> => {
    for (;;) {
      signal.throwIfAborted();
      if (this.problem !== null) throw this.problem;
      const changed = seen.filter(({ path, etag }) => this.etag(path) !== etag);
      if (changed.length > 0) return changed.map(({ path }) => path);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        signal.addEventListener('abort', () => resolve());
      });
    }
  };

  set(path: string, ...names: string[]): void {
    this.folders.set(path, names);
    this.wake();
  }

  remove(path: string): void {
    this.folders.delete(path);
    this.wake();
  }

  private etag(path: string): string {
    return this.folders.get(path)?.join() ?? '-';
  }
}

const entry = (name: string): FileEntry => ({
  name: name.replace(/\/$/, ''),
  kind: name.endsWith('/') ? 'folder' : 'file',
  size: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z',
  mode: '644',
});

let workspace: Workspace;
let tree: WorkspaceTree;
let ended: AbortController;
beforeEach(() => {
  workspace = new Workspace();
  tree = new WorkspaceTree(workspace, () => new Promise(setImmediate));
  ended = new AbortController();
});
afterEach(() => ended.abort());

const paths = () => tree.snapshot().rows.map(({ path }) => path);

/** Resolves when the tree shows it. */
function shows(...wanted: string[]): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (paths().join() !== wanted.join()) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = tree.subscribe(look);
    look();
  });
}

test('what happens in open folders is shown, in those opened meanwhile too', async () => {
  workspace.set('', 'a', 'src/');
  workspace.set('src', 'x');
  background('file-transfer', tree.follow(ended.signal));
  await shows('', 'src', 'a');
  await tree.openFolder('src');
  await shows('', 'src', 'src/x', 'a');
  workspace.set('src', 'x', 'y');
  await shows('', 'src', 'src/x', 'src/y', 'a');
  workspace.set('', 'src/');
  await shows('', 'src', 'src/x', 'src/y');
});

test('an open folder that goes takes what is in it along, and its parent is selected', async () => {
  workspace.set('', 'src/', 'b/');
  workspace.set('src', 'deep/');
  workspace.set('src/deep', 'x');
  background('file-transfer', tree.follow(ended.signal));
  await shows('', 'b', 'src');
  await tree.reveal({ path: 'src/deep/x', kind: 'file' });
  expect(tree.snapshot().selected).toBe('src/deep/x');
  workspace.remove('src/deep');
  workspace.set('src');
  await shows('', 'b', 'src');
  expect(tree.snapshot().selected).toBe('src');
});

test('a failure is told until it has passed', async () => {
  background('file-transfer', tree.follow(ended.signal));
  await shows('');
  workspace.problem = new ApiError('runner-unreachable', 'The session cannot be reached.', 503);
  workspace.set('', 'a');
  const told = new Promise<void>((resolve) => {
    const unsubscribe = tree.subscribe(() => {
      if (tree.snapshot().problem !== 'The session cannot be reached.') return;
      unsubscribe();
      resolve();
    });
  });
  await told;
  workspace.problem = null;
  await shows('', 'a');
  expect(tree.snapshot().problem).toBeNull();
});

test('a session that has ended is not asked again', async () => {
  workspace.problem = new ApiError('session-ended', 'The session has ended.', 410);
  await tree.follow(ended.signal);
  expect([workspace.lists, tree.snapshot().problem]).toEqual([[''], 'The session has ended.']);
});

test('a large folder is shown page by page, and what was shown stays when something changes', async () => {
  workspace.pageLength = 2;
  workspace.set('', 'a', 'b', 'c', 'd', 'e');
  background('file-transfer', tree.follow(ended.signal));
  await shows('', 'a', 'b', '/');
  await tree.more('');
  expect(paths()).toEqual(['', 'a', 'b', 'c', 'd', '/']);
  expect(tree.snapshot().selected).toBe('c');
  workspace.set('', 'a', 'aa', 'b', 'c', 'd', 'e');
  await shows('', 'a', 'aa', 'b', 'c', '/');
  await tree.reveal({ path: 'e', kind: 'file' });
  expect(tree.snapshot().selected).toBe('e');
});

test('what follows something that was deleted is selected, or else what is before it', async () => {
  workspace.set('', 'a', 'b', 'c');
  await tree.openFolder('');
  tree.select('b');
  workspace.set('', 'a', 'c');
  await tree.left('b');
  expect(tree.snapshot().selected).toBe('c');
  workspace.set('', 'a');
  await tree.left('c');
  expect(tree.snapshot().selected).toBe('a');
});

test('a folder that cannot be listed stays closed', async () => {
  workspace.set('', 'src/');
  await tree.openFolder('');
  await expect(tree.openFolder('src')).rejects.toThrow('It is not there.');
  expect(tree.snapshot().rows.find(({ path }) => path === 'src')?.isOpen).toBe(false);
});

test('no more folders are followed than one request takes', async () => {
  const names = Array.from({ length: 80 }, (_, n) => `f${String(n).padStart(2, '0')}`);
  workspace.set('', ...names.map((name) => `${name}/`));
  for (const name of names) workspace.set(name);
  await tree.openFolder('');
  for (const name of names) await tree.openFolder(name);
  const asked = jest.spyOn(workspace, 'changes');
  background('file-transfer', tree.follow(ended.signal));
  workspace.set('f79', 'new');
  await new Promise<void>((resolve) => tree.subscribe(() => paths().includes('f79/new') && resolve()));
  const [seen = []] = asked.mock.calls[0] ?? [];
  expect([seen.length, seen[0]?.path]).toEqual([64, '']);
});
