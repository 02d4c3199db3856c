import type { ScreenCell } from '../screen-cell';
import { wordAround } from './word';

const cells = (text: string): ScreenCell[] =>
  Array.from(text).flatMap((char) =>
    /[漢字]/.test(char)
      ? [
          { text: char, width: 2 },
          { text: '', width: 0 },
        ]
      : [{ text: char === '_' ? '' : char, width: 1 }],
  );

test.each([
  ['see src/main.ts now', 6, { start: 4, end: 15 }],
  ['see', 0, { start: 0, end: 3 }],
  ['a b', 1, { start: 1, end: 2 }],
  ['("word")', 3, { start: 2, end: 6 }],
  ['x 漢字 y', 3, { start: 2, end: 6 }],
  ['x 漢字 y', 5, { start: 2, end: 6 }],
  ['end__', 4, { start: 4, end: 5 }],
])('in %j at column %d', (text, column, word) => expect(wordAround(cells(text), column)).toEqual(word));
