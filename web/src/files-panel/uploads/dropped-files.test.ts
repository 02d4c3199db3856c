import { MAX_FILES, chosenFiles, droppedFiles } from './dropped-files';

type Inside = Record<string, 'file' | object>;

/** An entry as browsers give them: a folder is read some entries at a time. */
function entry(name: string, what: 'file' | object): FileSystemEntry {
  const isFile = what === 'file';
  const made = {
    name,
    isFile,
    isDirectory: !isFile,
    file: (done: (file: File) => void) => done(new File(['x'], name)),
    createReader: () => {
      const left = Object.entries(what as Inside).map(([name, inside]) => entry(name, inside));
      return { readEntries: (done: (some: FileSystemEntry[]) => void) => done(left.splice(0, 2)) };
    },
  };
  return made as unknown as FileSystemEntry;
}

const dropped = (inside: Inside) =>
  droppedFiles({
    items: Object.entries(inside).map(([name, what]) => ({
      webkitGetAsEntry: () => entry(name, what),
      getAsFile: () => null,
    })),
    files: [],
  } as unknown as DataTransfer);

test('folders bring all their files, with their paths, and the empty ones among them', async () => {
  const { files, emptyFolders, isCut } = await dropped({
    'a.txt': 'file',
    tour: { 'b.txt': 'file', 'c.txt': 'file', 'd.txt': 'file', deep: { 'e.txt': 'file' }, nothing: {} },
  });
  expect(files.map(({ path }) => path)).toEqual(['a.txt', 'tour/b.txt', 'tour/c.txt', 'tour/d.txt', 'tour/deep/e.txt']);
  expect([emptyFolders, isCut]).toEqual([['tour/nothing'], false]);
});

test('there is an end to what is taken at once, and it is said', async () => {
  const many = Object.fromEntries(Array.from({ length: MAX_FILES + 1 }, (_, n) => [`${n}`, 'file' as const]));
  const { files, isCut } = await dropped({ many });
  expect([files.length, isCut]).toEqual([MAX_FILES, true]);
});

test('where the browser knows no entries, the files are taken', async () => {
  const file = Object.assign(new File(['x'], 'a.txt'), { webkitRelativePath: '' });
  const data = {
    items: [{ webkitGetAsEntry: () => null, getAsFile: () => file }],
    files: [file],
  } as unknown as DataTransfer;
  expect(await droppedFiles(data)).toEqual({ files: [{ file, path: 'a.txt' }], emptyFolders: [], isCut: false });
});

test('a file whose entry the browser cannot read is taken as it is', async () => {
  const file = new File(['x'], 'a.txt');
  const unreadable = Object.assign(entry('a.txt', 'file'), {
    file: (_done: unknown, fail: (error: Error) => void) => fail(new Error()),
  });
  const items = [{ webkitGetAsEntry: () => unreadable, getAsFile: () => file }];
  const { files } = await droppedFiles({ items, files: [file] } as unknown as DataTransfer);
  expect(files).toEqual([{ file, path: 'a.txt' }]);
});

test('files of a folder that was chosen keep their place in it', () => {
  const file = Object.assign(new File(['x'], 'a.txt'), { webkitRelativePath: 'tour/a.txt' });
  expect(chosenFiles([file]).files).toEqual([{ file, path: 'tour/a.txt' }]);
});
