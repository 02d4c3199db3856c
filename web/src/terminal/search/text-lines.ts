import type { IBuffer, IBufferLine } from '@xterm/xterm';

/** A line of text, over all rows that it takes. */
interface TextLine {
  /** Index of its first row in the buffer. */
  first: number;
  /** In small letters, as many code units as it is shown with. */
  text: string;
  /** Where in the text each of its rows begins. */
  starts: number[];
}

/** A place between two cells. */
export interface Place {
  row: number;
  column: number;
}

/** Where a text was found. */
export interface Match {
  row: number;
  column: number;
  /** Columns, those of the rows between included. */
  size: number;
}

/** The text of a whole buffer at one moment. */
export class TextLines {
  private readonly lines: TextLine[] = [];
  /** Index in `lines` for each row. */
  private readonly lineOfRow: number[] = [];

  constructor(
    private readonly buffer: IBuffer,
    private readonly columns: number,
  ) {
    for (let row = 0; row < buffer.length; row += 1) this.add(row);
  }

  /** The first place of the text at or behind a place. */
  next(term: string, from: Place): Match | undefined {
    const wanted = smallLetters(term);
    const start = this.lineOfRow[from.row] ?? this.lines.length;
    for (let index = start; index < this.lines.length; index += 1) {
      const line = this.lines[index];
      const at = line?.text.indexOf(wanted, index === start ? this.unitAt(line, from) : 0) ?? -1;
      if (line !== undefined && at >= 0) return this.match(line, at, wanted.length);
    }
    return undefined;
  }

  /** The last place of the text that ends at or before a place. */
  previous(term: string, until: Place): Match | undefined {
    const wanted = smallLetters(term);
    const start = this.lineOfRow[until.row] ?? this.lines.length - 1;
    for (let index = start; index >= 0; index -= 1) {
      const line = this.lines[index];
      if (line === undefined) continue;
      const end = index === start ? this.unitAt(line, until) : line.text.length;
      const at = end < wanted.length ? -1 : line.text.lastIndexOf(wanted, end - wanted.length);
      if (at >= 0) return this.match(line, at, wanted.length);
    }
    return undefined;
  }

  private add(row: number): void {
    const current = this.buffer.getLine(row);
    const next = this.buffer.getLine(row + 1);
    const goesOn = row + 1 < this.buffer.length && next?.isWrapped === true;
    const text = smallLetters(textOf(current, goesOn ? next : undefined));
    const line = this.lines.at(-1);
    // Of a line that is longer than what is kept, the first row is gone.
    if (row > 0 && current?.isWrapped === true && line !== undefined) {
      line.starts.push(line.text.length);
      line.text += text;
    } else this.lines.push({ first: row, text, starts: [0] });
    this.lineOfRow.push(this.lines.length - 1);
  }

  private match(line: TextLine, unit: number, units: number): Match {
    const from = this.placeOf(line, unit);
    const to = this.placeOf(line, unit + units);
    return { ...from, size: (to.row - from.row) * this.columns + to.column - from.column };
  }

  private placeOf({ first, starts }: TextLine, unit: number): Place {
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= unit) low = middle;
      else high = middle;
    }
    const row = first + low;
    let column = 0;
    for (let left = unit - (starts[low] ?? 0); left > 0 && column < this.columns;) {
      const { units, width } = cellAt(this.buffer.getLine(row), column);
      left -= units;
      column += width;
    }
    return { row, column };
  }

  private unitAt({ first, text, starts }: TextLine, { row, column }: Place): number {
    let unit = starts[row - first] ?? 0;
    for (let before = 0; before < Math.min(column, this.columns);) {
      const { units, width } = cellAt(this.buffer.getLine(row), before);
      unit += units;
      before += width;
    }
    return Math.min(unit, starts[row - first + 1] ?? text.length);
  }
}

/** @param next the row in which the same line goes on */
function textOf(row: IBufferLine | undefined, next: IBufferLine | undefined): string {
  const text = row?.translateToString(next === undefined) ?? '';
  // The last column stays empty where a wide character did not fit.
  const last = row?.getCell(row.length - 1);
  const didNotFit = last?.getCode() === 0 && last.getWidth() === 1 && next?.getCell(0)?.getWidth() === 2;
  return didNotFit ? text.slice(0, -1) : text;
}

/** Code units and columns of a cell; one of each if nothing was written there. */
function cellAt(row: IBufferLine | undefined, column: number): { units: number; width: number } {
  const cell = row?.getCell(column);
  if (cell === undefined) return { units: 1, width: 1 };
  if (cell.getWidth() === 0) return { units: 0, width: 1 };
  return { units: Math.max(1, cell.getChars().length), width: cell.getWidth() };
}

/** Some letters are longer in small: text with one of them is compared as it is. */
function smallLetters(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length ? small : text;
}
