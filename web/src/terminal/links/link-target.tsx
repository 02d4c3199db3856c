/** Where a link leads, which is not always what its text says. */
export type LinkInView = { url: string; isTapped: boolean };

/** Shows it while the mouse is on the link. Fingers cannot hover: for them it is opened from here. */
export function LinkTarget({ link, onClose }: { link: LinkInView; onClose: () => void }) {
  if (!link.isTapped) return <div className="link-target">{link.url}</div>;
  return (
    <div className="asking" role="status">
      <span className="url">{link.url}</span>
      <span className="answers">
        <a className="button" href={link.url} target="_blank" rel="noopener noreferrer" onClick={onClose}>
          Open
        </a>
        <button type="button" className="quiet" aria-label="Do not open" onClick={onClose}>
          ×
        </button>
      </span>
    </div>
  );
}
