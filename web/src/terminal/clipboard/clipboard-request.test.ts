import { MAX_CLIPBOARD_CHARACTERS, clipboardRequest } from './clipboard-request';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test.each([
  [`c;${base64('hello')}`, 'hello'],
  [`;${base64('hello')}`, 'hello'],
  [`pc;${base64('é 漢 🙂\nline\ttab')}`, 'é 漢 🙂\nline\ttab'],
  [`c;${base64('a\x1b[201~b\x03')}`, 'a[201~b'],
])('%j asks to write', (data, text) => expect(clipboardRequest(data)).toEqual({ kind: 'write', text }));

test.each(['c;?', 'c;', 'c', '', 'c;!!!', 'c;a'])('%j asks for nothing that is done', (data) => {
  expect(clipboardRequest(data)).toEqual({ kind: 'none' });
});

test('what is too large is said, at the limit it is taken', () => {
  expect(clipboardRequest(`c;${'a'.repeat(MAX_CLIPBOARD_CHARACTERS)}`).kind).toBe('write');
  expect(clipboardRequest(`c;${'a'.repeat(MAX_CLIPBOARD_CHARACTERS + 4)}`).kind).toBe('too-large');
});
