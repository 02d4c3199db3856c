import { LineLimit } from './line-limit';

function admitted(limit: LineLimit, text: string): [typed: string, refused: boolean] {
  const { typed, refused } = limit.admit(Buffer.from(text));
  return [Buffer.from(typed).toString(), refused];
}

test('a line of the greatest length is typed, and another after it', () => {
  const limit = new LineLimit(5);
  expect(admitted(limit, '12345\r12345\r')).toEqual(['12345\r12345\r', false]);
});

test('of a longer line neither the rest nor its end is typed, nor what comes after', () => {
  const limit = new LineLimit(5);
  expect(admitted(limit, '1234567\rls\r')).toEqual(['12345', true]);
  expect(admitted(limit, '\r')).toEqual(['', true]);
});

test.each(['\x03', '\x15'])('Ctrl-C and Ctrl-U begin anew', (key) => {
  const limit = new LineLimit(5);
  admitted(limit, '1234567');
  expect(admitted(limit, `${key}ok\r`)).toEqual([`${key}ok\r`, false]);
});

test('keys that move about are not part of the line', () => {
  const limit = new LineLimit(5);
  expect(admitted(limit, '\x1b[A\x1bOC\x1b[<35;10;10M12345')[1]).toBe(false);
});

test('a paste that gets too long ends all the same', () => {
  const limit = new LineLimit(5);
  expect(admitted(limit, '\x1b[200~1234567')).toEqual(['\x1b[200~12345', true]);
  expect(admitted(limit, '89\x1b[2')).toEqual(['', true]);
  expect(admitted(limit, '01~')).toEqual(['\x1b[201~', false]);
});

test('0 is any length', () => {
  expect(admitted(new LineLimit(0), 'x'.repeat(100_000))).toEqual(['x'.repeat(100_000), false]);
});
