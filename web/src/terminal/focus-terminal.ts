/** Gives the focus to the terminal in view, if there is one: what a person types next is for it. */
export function focusTerminal(): void {
  for (const pane of document.querySelectorAll<HTMLElement>('.pane'))
    if (!pane.hidden) pane.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus();
}

/** Whether somebody types there. */
export function isInTerminal(element: Element | null): boolean {
  return element?.closest('.terminal') != null;
}
