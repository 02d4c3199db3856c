import { asciiCharacter, isComposed } from './key-stroke';
import type { KeyStroke } from './key-stroke';

/**
 * What the page takes from the keyboard while the terminal has the focus. Each needs Control and Shift, which terminals do not
 * tell from Control alone, so no program misses it; and none is one that browsers keep to themselves (Ctrl+T, N, W, Tab). `mode` is
 * `view` where it is of use to somebody who watches a shared session.
 */
export const SHORTCUTS = [
  { id: 'copy', mode: 'view', key: 'C', what: 'Copy the selection' },
  { id: 'paste', mode: 'drive', key: 'V', what: 'Paste' },
  { id: 'search', mode: 'view', key: 'F', what: 'Search the terminal' },
  { id: 'leave', mode: 'view', key: 'Backspace', what: 'Leave the terminal, or go back into it' },
  { id: 'next-tab', mode: 'drive', key: 'PageDown', what: 'Next tab' },
  { id: 'previous-tab', mode: 'drive', key: 'PageUp', what: 'Previous tab' },
  { id: 'new-session', mode: 'drive', key: 'Enter', what: 'New session' },
] as const;

/** The keys of a shortcut, as people read them. */
export const keysOf = ({ key }: { key: string }) => ['Ctrl', 'Shift', KEY_NAMES[key] ?? key];

const KEY_NAMES: Readonly<Record<string, string>> = { PageDown: 'Page Down', PageUp: 'Page Up' };

export type Shortcut = (typeof SHORTCUTS)[number]['id'];

/** Which shortcut a key is, if any. In every layout: named keys are where they are, and letters go by `key`, then `code`. */
export function shortcutOf(stroke: KeyStroke): Shortcut | null {
  if (isComposed(stroke) || !stroke.control || !stroke.shift || stroke.alt || stroke.meta || stroke.altGraph)
    return null;
  const key = asciiCharacter(stroke)?.toUpperCase() ?? stroke.key;
  return SHORTCUTS.find((shortcut) => shortcut.key === key)?.id ?? null;
}
