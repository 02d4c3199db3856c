/** Gives the focus to the terminal in view, if there is one: what a person types next is for it. */
export function focusTerminal(): void {
  for (const pane of document.querySelectorAll<HTMLElement>('.pane'))
    if (!pane.hidden) pane.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus();
}

/** Gives the terminal in view a key that was pressed beside it, and the focus for those that follow. */
export function typeInTerminal(event: KeyboardEvent): void {
  focusTerminal();
  // What the terminal does not take for itself, the browser puts where the focus is now.
  if (document.activeElement?.dispatchEvent(new KeyboardEvent(event.type, event)) === false) event.preventDefault();
}

/** Takes the focus out of a pane's terminal: to the tab of its session, or to the line below it on a page without tabs. */
export function leaveTerminal(pane: HTMLElement): void {
  const tab = document.querySelector<HTMLElement>('.tab.current > .choose');
  (tab ?? pane.querySelector<HTMLElement>('.status-line button'))?.focus();
}

/** Whether somebody types there. */
export function isInTerminal(element: Element | null): boolean {
  return element?.closest('.terminal') != null;
}
