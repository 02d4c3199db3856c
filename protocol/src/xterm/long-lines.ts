import type { XtermBuffer } from './internals';

/**
 * Before a terminal becomes narrower, takes away the rows of long lines that it would not keep then. xterm.js 6.0.0 makes the rows
 * of a line all at once, passes them as arguments of one call, and throws away afterwards what is too much: a line of 10,000 rows
 * overflows the stack, and the size stays as it was.
 */
export function dropRowsNotKept(buffer: XtermBuffer, cols: number, newCols: number): void {
  if (newCols >= cols) return;
  const { lines, ybase, y } = buffer;
  // They fill the buffer in the new size; the last may have one cell in it.
  const rowsKept = Math.ceil(((lines.maxLength + 1) * newCols) / cols) + 1;
  let last = lines.length - 1;
  for (let first = last; first >= 0; first -= 1) {
    if (first > 0 && lines.get(first)?.isWrapped === true) continue;
    // A line with the cursor in it is not wrapped anew.
    const hasCursor = first <= ybase + y && ybase + y <= last;
    const from = last - rowsKept + 1;
    if (!hasCursor && from > first) {
      for (let index = first; index < from; index += 1) lines.set(index, buffer.getBlankLine({ fg: 0, bg: 0 }));
      const kept = lines.get(from);
      if (kept !== undefined) kept.isWrapped = false;
    }
    last = first - 1;
  }
}
