import { useState, useSyncExternalStore } from 'react';
import { Dialog } from '../ui/dialog';
import { Name } from '../ui/name';
import type { Answer, Uploads, UploadsView } from './uploads/uploads';

/** Asks what becomes of files whose name is taken, one after another. */
export function UploadQuestion({ uploads }: { uploads: Uploads }) {
  const { question } = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  if (question === null) return null;
  const { id } = question.upload;
  return <Question key={id} {...question} onAnswer={(answer, forAll) => uploads.answer(id, answer, forAll)} />;
}

function Question({
  upload: { path },
  others,
  onAnswer,
}: NonNullable<UploadsView['question']> & { onAnswer: (answer: Answer, forAll: boolean) => void }) {
  const [forAll, setForAll] = useState(false);
  return (
    <Dialog title="This name is taken" onClose={() => onAnswer('skip', forAll)}>
      <p className="path">
        The workspace has a file{' '}
        <strong>
          <Name of={path} />
        </strong>{' '}
        already.
      </p>
      {others > 0 && (
        <label className="check">
          <input type="checkbox" checked={forAll} onChange={({ target }) => setForAll(target.checked)} />
          The same for all others of this upload
        </label>
      )}
      <div className="buttons">
        <button type="button" onClick={() => onAnswer('skip', forAll)}>
          Skip
        </button>
        <button type="button" onClick={() => onAnswer('replace', forAll)}>
          Replace
        </button>
        <button type="button" className="primary" data-first onClick={() => onAnswer('keep-both', forAll)}>
          Keep both
        </button>
      </div>
    </Dialog>
  );
}
