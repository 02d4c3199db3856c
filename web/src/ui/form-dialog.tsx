import { useState } from 'react';
import type { ReactNode, SubmitEvent } from 'react';
import { sentenceOf } from '../api/problem';
import { Dialog } from './dialog';
import { useOneAtATime } from './one-at-a-time';

/** A form in a dialog that closes when what it asked for is done. */
export function FormDialog(props: {
  title: string;
  submit: string;
  onClose: () => void;
  onSubmit: (fields: Record<string, string>) => Promise<unknown>;
  children: ReactNode;
}) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, run] = useOneAtATime();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
    );
    const fields = Object.fromEntries(entries);
    run(() => props.onSubmit(fields).then(props.onClose, (error: unknown) => setProblem(sentenceOf(error))));
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={submit}>
        {props.children}
        <p role="alert" className="problem">
          {problem}
        </p>
        <div className="buttons">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={isBusy}>
            {props.submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
