import { Name } from '../../ui/name';
import type { ClipboardQuestion } from './clipboard-gate';

const SHOWN_CHARACTERS = 80;

export interface ClipboardBarProps {
  question: ClipboardQuestion;
  /** Put it there. `always`: and ask no more. */
  onCopy: (always: boolean) => void;
  /** Ask no more, and never do it. */
  onNever: () => void;
  onClose: () => void;
}

/** Asks, beside the terminal, what becomes of text that a program wants on the clipboard. Nothing waits for the answer. */
export function ClipboardBar({ question, onCopy, onNever, onClose }: ClipboardBarProps) {
  const { text } = question;
  return (
    <div className="asking" role="status">
      <span>
        {question.kind === 'allow'
          ? 'A program in this session wants to copy text to your clipboard: '
          : 'Your browser wants a click before this is copied to your clipboard: '}
        <q>
          <Name of={text.slice(0, SHOWN_CHARACTERS).trim()} />
        </q>
        {text.length > SHOWN_CHARACTERS && ` and ${text.length - SHOWN_CHARACTERS} more characters`}
      </span>
      <span className="answers">
        {question.kind === 'allow' ? (
          <>
            <button type="button" onClick={() => onCopy(false)}>
              Allow once
            </button>
            <button type="button" onClick={() => onCopy(true)}>
              Always
            </button>
            <button type="button" onClick={onNever}>
              Never
            </button>
          </>
        ) : (
          <button type="button" onClick={() => onCopy(false)}>
            Copy
          </button>
        )}
        <button type="button" className="quiet" aria-label="Not now" onClick={onClose}>
          ×
        </button>
      </span>
    </div>
  );
}
