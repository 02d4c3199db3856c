import { Name } from '../../ui/name';

/** Where a link leads, which is not always what its text says. */
export const LinkTarget = ({ url }: { url: string }) => (
  <div className="link-target">
    <Name of={url} />
  </div>
);

/** The same for fingers, which cannot hover: it is opened from here. */
export function LinkQuestion({ url, onClose }: { url: string; onClose: () => void }) {
  return (
    <div className="asking" role="status">
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
