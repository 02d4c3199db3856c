import { useSyncExternalStore } from 'react';
import { Icon } from '../ui/icon';
import { Name, isolated } from '../ui/name';
import { byteSize } from './byte-size';
import type { Upload, Uploads } from './uploads/uploads';

/** What is on its way into the workspace, and what has failed. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const { shown, left, failed } = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  if (shown.length === 0) return null;
  const hidden = left + failed - shown.length;
  return (
    <section className="uploads" aria-label="Uploads">
      <header>
        <span role="status">
          {left > 0 && `Sending ${left} ${left === 1 ? 'file' : 'files'}`}
          {left > 0 && failed > 0 && ', '}
          {failed > 0 && `${failed} not sent`}
        </span>
        {shown.length > 1 && (
          <button type="button" className="quiet" onClick={() => uploads.cancelAll()}>
            Cancel all
          </button>
        )}
      </header>
      <ul>
        {shown.map((upload) => (
          <UploadLine key={upload.id} upload={upload} uploads={uploads} />
        ))}
      </ul>
      {hidden > 0 && <p className="muted">and {hidden} more</p>}
    </section>
  );
}

function UploadLine({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const { id, path, size, sent, state, problem } = upload;
  const isFailed = state === 'failed';
  return (
    <li className={state}>
      <span className="name" title={isolated(path)}>
        <Name of={path} />
      </span>
      {isFailed && (
        <button type="button" className="quiet" onClick={() => uploads.retry(id)}>
          Try again
        </button>
      )}
      <button
        type="button"
        className="quiet"
        aria-label={`${isFailed ? 'Dismiss' : 'Cancel'} ${isolated(path)}`}
        title={isFailed ? 'Dismiss' : 'Cancel'}
        onClick={() => uploads.cancel(id)}
      >
        <Icon name="close" />
      </button>
      {state === 'sending' && <progress aria-label={isolated(path)} max={Math.max(1, size)} value={sent} />}
      <span className={isFailed ? 'problem' : 'muted'}>{problem ?? wordsFor(state, sent, size)}</span>
    </li>
  );
}

function wordsFor(state: Upload['state'], sent: number, size: number): string {
  switch (state) {
    case 'sending':
      return `${byteSize(sent)} of ${byteSize(size)}`;
    case 'waiting':
      return 'Waiting for the connection';
    case 'asks':
      return 'Waiting for your answer';
    case 'queued':
    case 'failed':
      return byteSize(size);
  }
}
