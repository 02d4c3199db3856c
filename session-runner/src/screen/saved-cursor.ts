import type { SavedCursor, XtermBuffer } from '@claude-webui/protocol';
import type { Charsets } from './charsets';
import type { Pen } from './pen';
import { BG, color, renditionOf } from './rendition';

/** Whether DECSC has been used in this buffer, as far as it matters. */
export function hasSavedCursor({ savedX, savedCurAttrData: { fg, bg } }: XtermBuffer, saved: SavedCursor): boolean {
  const numbers = [savedX, fg, bg, saved.row, saved.underlineStyle, saved.underlineColor, saved.level];
  return numbers.some((value) => value !== 0) || saved.charsets.some((charset) => charset !== undefined);
}

/** Saves what a buffer has saved: position, looks, character sets. Margins and origin mode are to come later. */
export function saveCursor(pen: Pen, buffer: XtermBuffer, saved: SavedCursor, charsets: Charsets, cols: number): void {
  if (!hasSavedCursor(buffer, saved)) return;
  const { fg, bg } = buffer.savedCurAttrData;
  pen.control(`\x1b[${saved.row + 1};${Math.min(buffer.savedX, cols - 1) + 1}H`);
  pen.style({
    ...renditionOf(fg, bg & ~BG.hasExtended, undefined),
    underline: saved.underlineStyle,
    underlineColor: color(saved.underlineColor),
  });
  const to = charsets.sequence(saved.charsets, saved.level);
  pen.control(`${to}\x1b7${to === '' ? '' : charsets.sequenceBack(saved.charsets, saved.level)}`);
}
