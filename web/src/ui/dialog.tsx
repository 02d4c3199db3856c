import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { focusTerminal } from '../terminal/focus-terminal';
import { Icon } from './icon';

/** What a person who has opened a dialog wants to use first. */
const FIRST = ['[data-first]', 'input, select, textarea', '.primary', 'button:not(.close)'];

/** A modal dialog: Escape and the close button close it, and the focus goes back to where it was, or else into the terminal. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // After showModal, which gives the focus to the first button there is.
    focusFirst(dialog.current);
    return () => {
      const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
      if (isThere) before.focus();
      else focusTerminal();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <header>
        <h2 id={titleId}>{title}</h2>
        <button type="button" className="quiet close" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

function focusFirst(dialog: HTMLDialogElement | null): void {
  for (const selector of FIRST) {
    const element = dialog?.querySelector<HTMLElement>(selector);
    if (element == null) continue;
    element.focus();
    if (element instanceof HTMLInputElement && element.type === 'text') element.select();
    return;
  }
}
