import { contentsOf, namedPicture, readClipboard } from './clipboard-contents';

const picture = new File([new Uint8Array([1])], 'image.png', { type: 'image/png' });
const data = (text: string, files: File[]) => ({
  getData: (type: string) => (type === 'text/plain' ? text : ''),
  files: files as unknown as FileList,
});

test('text beside a picture, as spreadsheets put it, is text', () => {
  expect(contentsOf(data('a\tb\n1\t2', [picture]))).toEqual({ kind: 'text', text: 'a\tb\n1\t2' });
});

test('a picture alone is a file', () => {
  expect(contentsOf(data('', [picture]))).toEqual({ kind: 'files', files: [picture] });
});

test.each(['notes.txt', 'file:///home/me/notes.txt', '/home/me/notes.txt', 'notes.txt\nb.txt', 'C:\\notes.txt'])(
  'the names that a file manager puts beside files are no text: %j',
  (text) => {
    const files = [new File([], 'notes.txt'), new File([], 'b.txt')];
    expect(contentsOf(data(text, files))).toEqual({ kind: 'files', files });
  },
);

test('an empty clipboard is nothing', () => expect(contentsOf(data('', []))).toEqual({ kind: 'nothing' }));

test('pictures that are pasted within one second have names of their own', () => {
  const now = new Date('2026-01-02T03:04:05.678Z');
  expect(namedPicture(picture, now, 'a1').name).toBe('pasted-20260102T030405-a1.png');
  expect(namedPicture(picture, now, 'b2').name).toBe('pasted-20260102T030405-b2.png');
  expect(namedPicture(new File([], '', { type: 'image/jpeg' }), now, 'c').name).toBe('pasted-20260102T030405-c.jpeg');
});

test.each<[name: string, type: string]>([
  ['report.tar.gz', 'application/gzip'],
  ['notes.txt', 'text/plain'],
  ['Makefile', ''],
  ['holiday.png', 'image/png'],
  ['image-2.png', 'image/png'],
  ['my image.png', 'image/png'],
  ['image.gz', 'application/gzip'],
])('a file that is pasted from a file manager keeps its name: %s', (name, type) => {
  expect(namedPicture(new File(['x'], name, { type }), new Date(), 'a').name).toBe(name);
});

test('a clipboard that is read has text before pictures too', async () => {
  const item = (contents: Record<string, string>) =>
    ({
      types: Object.keys(contents),
      getType: (type: string) => Promise.resolve(new Blob([contents[type] ?? ''], { type })),
    }) as unknown as ClipboardItem;
  const read = (items: ClipboardItem[]) => readClipboard({ read: () => Promise.resolve(items) });
  expect(await read([item({ 'image/png': 'x', 'text/plain': 'hello' })])).toEqual({ kind: 'text', text: 'hello' });
  expect(await read([item({ 'text/html': '<img>', 'image/png': 'x' })])).toMatchObject({
    kind: 'files',
    files: [{ type: 'image/png' }],
  });
  expect(await read([])).toEqual({ kind: 'nothing' });
});
