import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { Name } from '../../ui/name';
import { typeInTerminal } from '../focus-terminal';

/** Where a link leads, which is not always what its text says. */
export const LinkTarget = ({ url }: { url: string }) => (
  <div className="link-target">
    <Name of={url} />
  </div>
);

/**
 * The same for fingers, which cannot hover: it is opened from here. It takes the focus, so that Tab leads to the answers and Escape
 * closes it; no answer has it, so that somebody who goes on typing gives none.
 */
export function LinkQuestion({ url, onClose }: { url: string; onClose: () => void }) {
  const question = useRef<HTMLDivElement>(null);
  useEffect(() => question.current?.focus(), [url]);
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    else if (event.target !== question.current || MOVES_ON.has(event.key)) return;
    else typeInTerminal(event.nativeEvent);
    event.stopPropagation();
  };
  return (
    <div ref={question} className="asking" role="status" tabIndex={-1} onKeyDown={keyDown}>
      <span className="url">
        <Name of={url} />
      </span>
      <span className="answers">
        <a className="button" href={url} target="_blank" rel="noopener noreferrer" onClick={onClose}>
          Open
        </a>
        <button type="button" className="quiet" aria-label="Do not open" onClick={onClose}>
          ×
        </button>
      </span>
    </div>
  );
}

/** Leads to the answers, or comes before a key that does. */
const MOVES_ON: ReadonlySet<string> = new Set(['Tab', 'Shift', 'Control', 'Alt', 'AltGraph', 'Meta']);
