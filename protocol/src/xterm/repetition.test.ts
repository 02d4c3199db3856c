import { repeatedRows } from './repetition';

const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `  line ${from + n}`);

test.each([
  ['nothing', numbered(1, 30), numbered(31, 60), 0],
  ['one row', numbered(1, 30), numbered(30, 60), 1],
  ['several', numbered(1, 30), numbered(27, 60), 4],
  ['all there is', numbered(5, 9), numbered(5, 60), 5],
  ['all that was drawn', numbered(1, 30), numbered(28, 30), 3],
  ['a row that is only alike', ['line 3'], ['line 30'], 0],
  ['a row in the middle', numbered(1, 30), ['other', ...numbered(30, 60)], 0],
  ['blank rows between', ['one', '', 'two'], ['one', '', 'two', 'three'], 3],
  ['blank rows above', ['zero', '', 'one'], ['one', 'two'], 1],
  ['blank rows alone', ['one', '', ''], ['', '', 'two'], 0],
  ['rows broken elsewhere', ['the quick brown', 'fox jumps over'], ['the quick', 'brown fox', 'jumps over the'], 2],
  ['a row from its middle on', ['the quick brown', 'fox jumps over'], ['brown fox jumps over', 'the lazy dog'], 1],
  ['a beginning that comes twice', ['}', 'a', 'b', '}'], ['}', 'a', 'b', '}', 'c'], 4],
])('%s', (_what, above, drawn, count) => expect(repeatedRows(above, drawn)).toBe(count));

test('of equal lines as few as possible', () => {
  const times = (count: number, row: string) => Array.from({ length: count }, () => row);
  expect(repeatedRows(times(30, 'same'), times(40, 'same'))).toBe(1);
  expect(repeatedRows(times(30, 'ab'), [...times(5, 'ab'), 'c'])).toBe(1);
});

test('nothing is repeated of nothing', () => {
  expect(repeatedRows([], [])).toBe(0);
  expect(repeatedRows(['a'], [])).toBe(0);
  expect(repeatedRows([], ['a'])).toBe(0);
});
