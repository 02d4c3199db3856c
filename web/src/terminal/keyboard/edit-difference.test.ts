import { editDifference, keysFor } from './edit-difference';

test.each([
  ['a letter', 'hell', 'hello', 'o'],
  ['nothing', 'hello', 'hello', ''],
  ['a word replaced by a better one', 'say teh', 'say the ', '\x7f\x7fhe '],
  ['a full stop for two spaces', 'done ', 'done. ', '\x7f. '],
  ['a syllable that grows', '하', '한', '\x7f한'],
  ['a deleted emoji of several code points', 'ok 👩‍👩‍👧', 'ok ', '\x7f'],
  ['a deleted accent of two code points', 'e\u0301', '', '\x7f'],
  ['something inserted in the middle', 'helo', 'hello', '\x7flo'],
  ['all of it deleted', 'abc', '', '\x7f\x7f\x7f'],
])('%s', (_what, before, after, keys) => expect(keysFor(editDifference(before, after))).toBe(keys));
