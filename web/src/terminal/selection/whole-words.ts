import type { Terminal } from '@xterm/xterm';
import { wordFinder } from '../xterm-internals';
import type { FindsWords } from '../xterm-internals';

const SPACE = ' '.codePointAt(0);

/**
 * A double click selects a word on all rows that it takes. xterm.js 6.0.0 calls itself for each of them, so that a word of some
 * thousand rows overflows the stack, and goes on without an end above the first row of the buffer. This looks at one row at a time.
 */
export function findWholeWords(terminal: Pick<Terminal, 'buffer' | 'cols'> & object): void {
  const finder: FindsWords = wordFinder(terminal);
  const wordInRow = finder._getWordAt.bind(finder);
  const isLetter = (row: number, column: number) =>
    terminal.buffer.active.getLine(row)?.getCell(column)?.getCode() !== SPACE;
  /** Whether a row goes on in the next without a space. */
  const goesOn = (row: number) =>
    row >= 0 &&
    row + 1 < terminal.buffer.active.length &&
    terminal.buffer.active.getLine(row + 1)?.isWrapped === true &&
    isLetter(row, terminal.cols - 1) &&
    isLetter(row + 1, 0);

  finder._getWordAt = ([column, row], allowSpace, followAbove = true, followBelow = true) => {
    const word = wordInRow([column, row], allowSpace, false, false);
    if (word === undefined) return undefined;
    let { start, length } = word;
    let end = start + length;
    for (let above = row - 1, first = start; followAbove && first === 0 && goesOn(above); above -= 1) {
      const more = wordInRow([terminal.cols - 1, above], false, false, false);
      if (more === undefined) break;
      first = more.start;
      start -= terminal.cols - first;
      length += terminal.cols - first;
    }
    for (let below = row; followBelow && end === terminal.cols && goesOn(below); below += 1) {
      const more = wordInRow([0, below + 1], false, false, false);
      if (more === undefined) break;
      end = more.length;
      length += more.length;
    }
    return { start, length };
  };
}
