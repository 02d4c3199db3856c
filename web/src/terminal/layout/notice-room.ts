/** The side of the cursor's row on which notices lie. */
export type Side = 'above' | 'below';

/** From its top edge. */
export interface Span {
  top: number;
  bottom: number;
}

export interface NoticeRoom {
  side: Side;
  /** What all notices together may have: the cursor's row stays free. */
  room: number;
  /** What those of the terminal may have of it, so that a part of the terminal stays in view where that can be. */
  most: number;
}

/** A notice of two lines with its buttons in a narrow window. CSS pixels. */
const ONE_NOTICE = 96;

/**
 * Notices lie above the cursor's row, where old output is, and go below it when there is less than half the room above. They come back
 * by the same rule, so that a cursor that moves about the middle does not throw them to and fro.
 * @param height of the terminal's place on the page; `row` lies in it
 */
export function noticeRoom(height: number, row: Span, side: Side): NoticeRoom {
  const above = clamp(row.top, height);
  const below = height - clamp(row.bottom, height);
  const [here, there] = side === 'above' ? [above, below] : [below, above];
  const room = Math.max(0, here < there / 2 ? there : here);
  return {
    side: here < there / 2 ? other(side) : side,
    room,
    most: Math.min(room, Math.max(height / 2, ONE_NOTICE)),
  };
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

const other = (side: Side): Side => (side === 'above' ? 'below' : 'above');
const clamp = (value: number, height: number) => Math.min(height, Math.max(0, value));
