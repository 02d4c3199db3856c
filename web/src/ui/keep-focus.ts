import type { MouseEvent } from 'react';

/** What somebody clicks into to use its keys. */
const TAKES_FOCUS = '.terminal, dialog, input:not([type=checkbox]), select, textarea, a, [role=tree]';

/** A click on a control of the page takes the focus from nobody: what is typed next is still for the terminal. */
export function keepFocus(event: MouseEvent): void {
  const { target } = event;
  if (target instanceof Element && target.closest(TAKES_FOCUS) === null) event.preventDefault();
}
