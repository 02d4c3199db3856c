import { asciiCharacter, isComposed } from './key-stroke';
import type { KeyStroke } from './key-stroke';

/**
 * What the page takes from the keyboard while the terminal has the focus. Terminals send nothing for Control and < or >, and do not tell
 * Control and Shift from Control alone, so no program misses these; and none is one that browsers keep to themselves (Ctrl+T, N, W, Tab,
 * in Firefox Ctrl+Shift+Page Up). `mode` is `view` where it is of use to somebody who watches a shared session.
 */
export const SHORTCUTS = [
  { id: 'copy', mode: 'view', key: 'C', what: 'Copy the selection' },
  { id: 'paste', mode: 'drive', key: 'V', what: 'Paste' },
  { id: 'search', mode: 'view', key: 'F', what: 'Search the terminal' },
  { id: 'leave', mode: 'view', key: 'Backspace', what: 'Leave the terminal, or go back into it' },
  { id: 'next-tab', mode: 'drive', key: '>', what: 'Next tab' },
  { id: 'previous-tab', mode: 'drive', key: '<', what: 'Previous tab' },
  { id: 'new-session', mode: 'drive', key: 'Enter', what: 'New session' },
] as const;

/** Whether a layout decides if a key needs Shift: `<` is a key of its own on German and French keyboards. */
const isSign = (key: string) => /^[<>]$/.test(key);

/** The keys of a shortcut, as people read them. */
export const keysOf = ({ key }: { key: string }) => (isSign(key) ? ['Ctrl', key] : ['Ctrl', 'Shift', key]);

export type Shortcut = (typeof SHORTCUTS)[number]['id'];

/** Which shortcut a key is, if any. In every layout: named keys are where they are, and characters go by `key`, then `code`. */
export function shortcutOf(stroke: KeyStroke): Shortcut | null {
  if (isComposed(stroke) || !stroke.control || stroke.alt || stroke.meta || stroke.altGraph) return null;
  const key = asciiCharacter(stroke)?.toUpperCase() ?? stroke.key;
  if (!stroke.shift && !isSign(key)) return null;
  return SHORTCUTS.find((shortcut) => shortcut.key === key)?.id ?? null;
}
