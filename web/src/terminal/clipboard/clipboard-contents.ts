/** What a paste or a drop brings. */
export type ClipboardContents = { kind: 'text'; text: string } | { kind: 'files'; files: File[] } | { kind: 'nothing' };

/**
 * Text before pictures: spreadsheets and word processors put a picture beside what they copy. But the names that file managers
 * put beside files are no text.
 */
export function contentsOf(data: Pick<DataTransfer, 'getData' | 'files'>): ClipboardContents {
  const text = data.getData('text/plain');
  const files = [...data.files];
  if (text !== '' && !names(text, files)) return { kind: 'text', text };
  return files.length > 0 ? { kind: 'files', files } : { kind: 'nothing' };
}

/** Whether each line of the text is the name, path or address of a file. */
function names(text: string, files: readonly File[]): boolean {
  if (files.length === 0) return false;
  const known = new Set(files.map(({ name }) => name));
  const lines = text.split(/[\r\n]+/).filter((line) => line !== '');
  return lines.every((line) => known.has(lastPart(line)));
}

function lastPart(path: string): string {
  const part = path.split(/[/\\]/).at(-1) ?? '';
  if (!path.startsWith('file:')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What browsers call each picture that was copied as such and is no file: image.png, also image.jpeg. */
const NAME_OF_ANY_PICTURE = /^image\.\w+$/i;

/** A file as it is called, and a picture from a clipboard under a name of its own. */
export function namedPicture(file: File, now: Date, unique: string): File {
  const isPicture = file.type.startsWith('image/') && NAME_OF_ANY_PICTURE.test(file.name);
  if (file.name !== '' && !isPicture) return file;
  const extension = /\.(\w+)$/.exec(file.name)?.[1] ?? /^image\/(\w+)/.exec(file.type)?.[1] ?? 'bin';
  const time = now.toISOString().replaceAll(/[-:]|\..*/g, '');
  return new File([file], `pasted-${time}-${unique}.${extension}`, { type: file.type });
}

/** Asks the browser for what is on the clipboard, where no paste event brings it. Rejects if it does not allow that. */
export async function readClipboard(clipboard: Pick<Clipboard, 'read'>): Promise<ClipboardContents> {
  const files: File[] = [];
  for (const item of await clipboard.read()) {
    if (item.types.includes('text/plain')) {
      const text = await (await item.getType('text/plain')).text();
      if (text !== '') return { kind: 'text', text };
    }
    const picture = item.types.find((type) => type.startsWith('image/'));
    if (picture !== undefined) files.push(new File([await item.getType(picture)], '', { type: picture }));
  }
  return files.length > 0 ? { kind: 'files', files } : { kind: 'nothing' };
}
