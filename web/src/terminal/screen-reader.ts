import type { Terminal } from '@xterm/xterm';
import { characterTeller } from './xterm-internals';

/** Line feeds after which xterm.js announces "too much output" and nothing more until the next key, and the one that makes them enough. */
const MOST_ROWS = 20 + 1;

/**
 * xterm.js announces no more than 20 lines, however long they are: one line of a megabyte is put into the page as a whole, again
 * with each piece of it. Here a line that takes more than 20 rows counts as that many lines.
 */
export function boundAnnouncements(terminal: Pick<Terminal, 'cols' | 'onLineFeed'> & object): void {
  const teller = characterTeller(terminal);
  const tell = teller.fire.bind(teller);
  let columns = 0;
  terminal.onLineFeed(() => (columns = 0));
  teller.fire = (char) => {
    tell(char);
    columns += 1;
    if (columns < MOST_ROWS * terminal.cols) return;
    columns = 0;
    for (let row = 0; row < MOST_ROWS; row += 1) tell('\n');
  };
}
