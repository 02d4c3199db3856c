/** A file on its way to a folder. */
export interface FileToSend {
  file: File;
  /** Below that folder. */
  path: string;
}

/** What a person has dropped or chosen. */
export interface FilesToSend {
  files: FileToSend[];
  /** Folders without a file, which are to be made too. */
  emptyFolders: string[];
  /** Whether there was more than is taken at once. */
  isCut: boolean;
}

/** Files at once: more go as an archive, or by git. */
export const MAX_FILES = 5000;

/** Files that were chosen; those of a folder that was chosen bring their path. */
export function chosenFiles(files: Iterable<File>): FilesToSend {
  const all = [...files];
  const path = (file: File) => (file.webkitRelativePath === '' ? file.name : file.webkitRelativePath);
  return {
    files: all.slice(0, MAX_FILES).map((file) => ({ file, path: path(file) })),
    emptyFolders: [],
    isCut: all.length > MAX_FILES,
  };
}

/**
 * All files that were dropped, also those in folders. The browser lets go of what was dropped when the event is over, so this has to
 * be called in it.
 */
export function droppedFiles(data: Pick<DataTransfer, 'items' | 'files'>): Promise<FilesToSend> {
  const dropped = [...data.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  if (dropped.every(({ entry }) => entry === null)) return Promise.resolve(chosenFiles(data.files));
  return collect(dropped);
}

interface Dropped {
  entry: FileSystemEntry | null;
  file: File | null;
}

async function collect(dropped: readonly Dropped[]): Promise<FilesToSend> {
  const found: FilesToSend = { files: [], emptyFolders: [], isCut: false };
  for (const { entry, file } of dropped) {
    // Entries are for folders: WebKit cannot read that of a file which is not on a disk, as a picture out of another page.
    if (entry?.isFile === true && file !== null && !isFull(found)) found.files.push({ file, path: entry.name });
    else if (entry !== null) await add(entry, entry.name, found);
  }
  return found;
}

const isFull = ({ files, emptyFolders }: FilesToSend) => files.length + emptyFolders.length >= MAX_FILES;

async function add(entry: FileSystemEntry, path: string, found: FilesToSend): Promise<void> {
  if (isFull(found)) {
    found.isCut = true;
  } else if (isFile(entry)) {
    found.files.push({ file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)), path });
  } else if (isFolder(entry)) {
    const inside = await entriesOf(entry);
    if (inside.length === 0) found.emptyFolders.push(path);
    for (const one of inside) await add(one, `${path}/${one.name}`, found);
  }
}

/** A reader gives some at a time (Chromium 100), and none at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  while (all.length <= MAX_FILES) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    all.push(...some);
  }
  return all;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
