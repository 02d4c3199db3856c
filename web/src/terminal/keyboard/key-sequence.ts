import type { HeldModifiers } from './sticky-modifiers';

export type BarKey =
  | 'escape'
  | 'tab'
  | 'back-tab'
  | 'interrupt'
  | 'new-line'
  | 'left'
  | 'up'
  | 'down'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down';

const ESC = '\x1b';
/** Final byte of a cursor key, which has two forms. */
const CURSOR: Partial<Record<BarKey, string>> = { up: 'A', down: 'B', right: 'C', left: 'D', home: 'H', end: 'F' };
const PAGE: Partial<Record<BarKey, string>> = { 'page-up': '5', 'page-down': '6' };
const PLAIN: Partial<Record<BarKey, string>> = {
  escape: ESC,
  tab: '\t',
  interrupt: '\x03',
  'new-line': `${ESC}\r`,
  'back-tab': `${ESC}[Z`,
};

/**
 * What a key sends, as xterm does.
 * @param applicationCursor whether the program has asked for the other form of cursor keys (DECCKM)
 */
export function keySequence(key: BarKey, held: HeldModifiers, applicationCursor: boolean): string {
  const modifiers = 1 + (held.alt ? 2 : 0) + (held.control ? 4 : 0);
  const cursor = CURSOR[key];
  if (cursor !== undefined) {
    if (modifiers > 1) return `${ESC}[1;${modifiers}${cursor}`;
    return ESC + (applicationCursor ? 'O' : '[') + cursor;
  }
  const page = PAGE[key];
  if (page !== undefined) return modifiers > 1 ? `${ESC}[${page};${modifiers}~` : `${ESC}[${page}~`;
  const plain = PLAIN[key] ?? '';
  return held.alt ? ESC + plain : plain;
}
