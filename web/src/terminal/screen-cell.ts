import type { IBufferLine } from '@xterm/xterm';

/** One column of one row. */
export interface ScreenCell {
  /** A character with what combines with it; empty if nothing was written here. */
  text: string;
  /** Columns: 2 for wide characters, 0 for the second column of one. */
  width: number;
}

export function cellsOf(line: IBufferLine | undefined, columns: number): ScreenCell[] {
  return Array.from({ length: columns }, (_, column) => {
    const cell = line?.getCell(column);
    return { text: cell?.getChars() ?? '', width: cell?.getWidth() ?? 1 };
  });
}
