/** The edge of the terminal at which notices lie. */
export type Side = 'above' | 'below';

/** From its top edge. */
export interface Span {
  top: number;
  bottom: number;
}

export interface NoticeRoom {
  side: Side;
  /** From that edge. */
  offset: number;
  /** What all notices together may have: what is to be seen stays free. */
  room: number;
  /** What those of the terminal may have of it, so that a part of the terminal stays in view where that can be. */
  most: number;
}

/** A notice of two lines with its buttons in a narrow window. CSS pixels. */
const ONE_NOTICE = 96;

/**
 * Notices lie at the upper edge, where old output is, and go elsewhere when another gap between the rows that are to be seen is more
 * than twice as high. They come back by the same rule, so that a cursor that moves about the middle does not throw them to and fro.
 * @param height of the terminal's place on the page
 * @param rows that are to be seen; there is always the cursor's
 */
export function noticeRoom(height: number, rows: readonly Span[], side: Side): NoticeRoom {
  const gaps = gapsBetween(height, rows);
  const largest = gaps.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  const here = side === 'above' ? gaps[0] : gaps.at(-1);
  const gap = here === undefined || sizeOf(here) < sizeOf(largest) / 2 ? largest : here;
  const isLast = gap === gaps.at(-1);
  const room = sizeOf(gap);
  return {
    side: isLast ? 'below' : 'above',
    offset: isLast ? 0 : gap.top,
    room,
    most: Math.min(room, Math.max(height / 2, ONE_NOTICE)),
  };
}

/** From top to bottom; there is one at each edge, if only an empty one. */
function gapsBetween(height: number, rows: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let top = 0;
  for (const row of rows.toSorted((a, b) => a.top - b.top)) {
    gaps.push({ top, bottom: clamp(row.top, top, height) });
    top = clamp(row.bottom, top, height);
  }
  return [...gaps, { top, bottom: height }];
}

/** A toast of two lines. CSS pixels. */
const ONE_TOAST = 64;

/**
 * What toasts have of the room: what the terminal's notices have not taken, and no more than a third of the height, so that all together
 * do not fill it. Where that is not enough for one toast, they lie over the notices for their while.
 */
export function toastRoom(height: number, room: number, taken: number): number {
  return Math.max(Math.min(room - taken, height / 3), Math.min(room, ONE_TOAST));
}

const sizeOf = ({ top, bottom }: Span) => bottom - top;
const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
