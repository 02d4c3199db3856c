import type { Terminal } from '@xterm/xterm';
import { TextLines } from './text-lines';
import type { Match, Place } from './text-lines';

/** A match as the search addon has it. */
export interface SearchResult {
  term: string;
  row: number;
  col: number;
  size: number;
}

/** What is searched: the text, and the selection from which the search goes on. */
export type SearchedTerminal = Pick<Terminal, 'buffer' | 'cols' | 'rows' | 'getSelectionPosition' | 'clearSelection'>;

/**
 * Finds text for the search addon, which shows it. The addon's own engine calls itself once for each row of a wrapped line, and
 * looks at all of them again from each: a line of 10,000 rows overflows the stack, and a shorter one stops the page for seconds
 * (xtermjs/xterm.js#6148). This one reads each row once for a search. It knows no options: capitals and small letters are the same.
 */
export class SearchEngine {
  private kept: TextLines | undefined;

  constructor(private readonly terminal: SearchedTerminal) {}

  find(term: string, row: number, column: number): SearchResult | undefined {
    return resultOf(term, term === '' ? undefined : this.lines().next(term, { row, column }));
  }

  /** @param termBefore what was searched before: the same text is looked for behind the selection, another in it too */
  findNextWithSelection(term: string, _options: unknown, termBefore?: string): SearchResult | undefined {
    const selected = this.takeSelection();
    if (term === '') return undefined;
    const from = selected === undefined ? START : term === termBefore ? selected.end : selected.start;
    return resultOf(term, this.lines().next(term, from) ?? this.lines().next(term, START));
  }

  findPreviousWithSelection(term: string, _options: unknown, termBefore?: string): SearchResult | undefined {
    const selected = this.takeSelection();
    if (term === '') return undefined;
    const lines = this.lines();
    const end = { row: this.terminal.buffer.active.length - 1, column: this.terminal.cols };
    return resultOf(
      term,
      this.grown(term, selected, termBefore) ??
        lines.previous(term, (term === termBefore ? selected?.start : selected?.end) ?? end) ??
        lines.previous(term, end),
    );
  }

  /** What was found for the text before stays found while it goes on with what was added. */
  private grown(term: string, selected: Selection | undefined, termBefore: string | undefined): Match | undefined {
    if (selected === undefined || term === termBefore) return undefined;
    const match = this.lines().next(term, selected.start);
    return match?.row === selected.start.row && match.column === selected.start.column ? match : undefined;
  }

  private takeSelection(): Selection | undefined {
    const selected = this.terminal.getSelectionPosition();
    this.terminal.clearSelection();
    if (selected === undefined) return undefined;
    const place = ({ x, y }: { x: number; y: number }) => ({ row: y, column: x });
    return { start: place(selected.start), end: place(selected.end) };
  }

  /** Read once for all matches of a search: nothing is written in between. */
  private lines(): TextLines {
    if (this.kept === undefined) {
      this.kept = new TextLines(this.terminal.buffer.active, this.terminal.cols);
      queueMicrotask(() => (this.kept = undefined));
    }
    return this.kept;
  }
}

interface Selection {
  start: Place;
  end: Place;
}

const START: Place = { row: 0, column: 0 };

function resultOf(term: string, match: Match | undefined): SearchResult | undefined {
  return match && { term, row: match.row, col: match.column, size: match.size };
}
