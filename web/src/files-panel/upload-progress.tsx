import { useSyncExternalStore } from 'react';
import type { Uploads } from './uploads/uploads';

/** That something is on its way, while the panel is closed. */
export function UploadProgress({ uploads }: { uploads: Uploads }) {
  const { left, progress } = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  return left === 0 ? null : <progress className="upload-progress" aria-label="Uploads" value={progress} />;
}
