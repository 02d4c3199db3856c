import type { FileEntry } from '@claude-webui/protocol';
import { treeAction } from './tree-key';
import { targetFolder, treeRows } from './tree-rows';
import type { ListedFolder } from './tree-rows';

const entry = (name: string, kind: FileEntry['kind']): FileEntry => ({
  name,
  kind,
  size: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z',
  mode: '644',
});
const listed = (truncated: boolean, ...entries: FileEntry[]): ListedFolder => ({ entries, etag: '"1"', truncated });

const FOLDERS = new Map([
  ['', listed(false, entry('a10', 'file'), entry('a2', 'file'), entry('src', 'folder'), entry('empty', 'folder'))],
  ['src', listed(true, entry('main.ts', 'file'))],
  ['empty', listed(false)],
]);
const ROWS = treeRows(FOLDERS, new Set(['', 'src', 'empty']));

test('folders come first, names as people count, what is in a folder below it', () => {
  expect(ROWS.map(({ path, level, position, siblings }) => [path, level, position, siblings])).toEqual([
    ['', 1, 1, 1],
    ['empty', 2, 1, 4],
    ['src', 2, 2, 4],
    ['src/main.ts', 3, 1, 2],
    ['src/', 3, 2, 2],
    ['a2', 2, 3, 4],
    ['a10', 2, 4, 4],
  ]);
});

test('what is in a closed folder is not shown', () => {
  expect(treeRows(FOLDERS, new Set(['src']))).toHaveLength(1);
  expect(treeRows(FOLDERS, new Set(['']))).toHaveLength(5);
});

const select = (path: string) => ({ do: 'select', path });

test.each([
  ['ArrowDown', '', select('empty')],
  ['ArrowDown', 'a10', null],
  ['ArrowUp', 'src', select('empty')],
  ['ArrowUp', '', select('')],
  ['Home', 'a2', select('')],
  ['End', 'a2', select('a10')],
  ['ArrowRight', 'src', select('src/main.ts')],
  ['ArrowRight', 'empty', null],
  ['ArrowRight', 'a2', null],
  ['ArrowLeft', 'src', { do: 'close', path: 'src' }],
  ['ArrowLeft', 'src/main.ts', select('src')],
  ['ArrowLeft', 'src/', select('src')],
  ['ArrowLeft', 'a2', select('')],
  ['Enter', 'a2', { do: 'activate' }],
  ['F2', 'a2', { do: 'rename' }],
  ['F2', '', null],
  ['Delete', 'src', { do: 'remove' }],
  ['Delete', '', null],
  ['Delete', 'src/', null],
  ['a', 'a2', select('a10')],
  ['A', 'a10', select('a2')],
  ['z', 'a10', null],
  ['Tab', 'a10', null],
])('%s at %j', (key, selected, action) => expect(treeAction(key, ROWS, selected)).toEqual(action));

test('the right arrow opens a closed folder', () => {
  const rows = treeRows(FOLDERS, new Set(['']));
  expect(treeAction('ArrowRight', rows, 'src')).toEqual({ do: 'open', path: 'src' });
});

test.each([
  ['src', 'src'],
  ['src/main.ts', 'src'],
  ['src/', 'src'],
  ['a2', ''],
  ['', ''],
])('new files go beside %j into %j', (selected, folder) =>
  expect(targetFolder(ROWS.find(({ path }) => path === selected))).toBe(folder),
);
