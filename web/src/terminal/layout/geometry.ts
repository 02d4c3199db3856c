import type { TerminalSize } from '@claude-webui/protocol';
import { MAX_TERMINAL_CELLS_PER_SIDE } from '@claude-webui/protocol';

/** In CSS pixels. */
export interface Extent {
  width: number;
  height: number;
}

/** xterm.js does with no fewer. */
const MIN_COLUMNS = 2;
/** Browsers round what they measure. In CSS pixels. */
const TOLERANCE = 0.01;
const FONT_STEP = 0.5;

/** The most whole cells that fit into a box; null where either has no extent, as what is not in view. */
export function sizeThatFits(box: Extent, cell: Extent): TerminalSize | null {
  if (box.width <= 0 || box.height <= 0 || cell.width <= 0 || cell.height <= 0) return null;
  const along = (space: number, each: number, least: number) =>
    Math.min(MAX_TERMINAL_CELLS_PER_SIDE, Math.max(least, Math.floor((space + TOLERANCE) / each)));
  return { cols: along(box.width, cell.width, MIN_COLUMNS), rows: along(box.height, cell.height, 1) };
}

export function fits(content: Extent, box: Extent): boolean {
  return content.width <= box.width + TOLERANCE && content.height <= box.height + TOLERANCE;
}

/**
 * The font sizes to try, largest first, so that a terminal fits into a box in which it now takes `content` with font size `font`. Cells
 * do not grow quite as fonts do: they are whole pixels of the screen.
 */
export function fontsToTry(
  content: Extent,
  box: Extent,
  font: number,
  bounds: { smallest: number; largest: number },
): number[] {
  const ratio = Math.min(box.width / content.width, box.height / content.height);
  const estimate = Math.floor((font * ratio) / FONT_STEP) * FONT_STEP + 2 * FONT_STEP;
  const first = Math.min(bounds.largest, Math.max(bounds.smallest, estimate));
  const steps = Math.floor((first - bounds.smallest) / FONT_STEP);
  return [...Array.from({ length: steps }, (_, step) => first - step * FONT_STEP), bounds.smallest];
}
