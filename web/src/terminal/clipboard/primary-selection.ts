import type { Terminal } from '@xterm/xterm';

/**
 * What was selected last is pasted by the middle button on X11 and Wayland. xterm.js puts what the mouse has selected into its
 * textarea and selects it there by script (xtermjs/xterm.js#723); Firefox offers only selections that a person or an editing command
 * has made.
 */
export function offerPrimarySelection(terminal: Terminal, textarea: HTMLTextAreaElement, signal: AbortSignal): void {
  // At the window, which comes after the document, where xterm.js listens.
  window.addEventListener(
    'mouseup',
    () => {
      if (!terminal.hasSelection() || textarea.value !== terminal.getSelection()) return;
      if (document.activeElement !== textarea) return;
      // Deprecated, and without a successor that works here.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      document.execCommand('selectAll');
    },
    { signal },
  );
}
