import { useEffect } from 'react';
import { focusTerminal, isInTerminal } from '../terminal/focus-terminal';
import { keyStroke } from '../terminal/keyboard/key-stroke';
import { shortcutOf } from '../terminal/keyboard/shortcuts';
import type { Shortcut } from '../terminal/keyboard/shortcuts';

/**
 * Keys that are pressed outside the terminal: shortcuts, and those that nothing on the page has the focus for.
 * @param onShortcut null on a page that has one terminal alone: neither tabs nor sessions to start
 */
export function usePageKeys(onHelp: () => void, onShortcut: ((shortcut: Shortcut) => void) | null): void {
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isInTerminal(event.target instanceof Element ? event.target : null)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (event.key === '?' && !event.ctrlKey && !event.altKey && !event.metaKey && !isTyping(event.target)) {
        event.preventDefault();
        return onHelp();
      }
      const shortcut = shortcutOf(keyStroke(event, 'other'));
      if (shortcut === 'leave') {
        event.preventDefault();
        focusTerminal();
      } else if (onShortcut !== null && shortcut !== null && ELSEWHERE.has(shortcut)) {
        event.preventDefault();
        onShortcut(shortcut);
      } else if (event.target === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
        // Nothing has the focus, so this is meant for the terminal. Browsers put the character where the focus is after this.
        focusTerminal();
      }
    };
    window.addEventListener('keydown', keyDown);
    return () => window.removeEventListener('keydown', keyDown);
  }, [onShortcut, onHelp]);
}

/** Whether a key belongs to a field. */
const isTyping = (target: EventTarget | null) => target instanceof Element && target.matches('input, textarea, select');

/** Those that make sense when the terminal has not the focus. */
const ELSEWHERE: ReadonlySet<Shortcut> = new Set(['next-tab', 'previous-tab', 'new-session']);
