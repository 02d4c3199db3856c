import type { FileProblemCode } from '@claude-webui/protocol';
import { FILE_PROBLEMS } from '@claude-webui/protocol';

/** A request that is refused. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly status: number;

  constructor(
    readonly code: FileProblemCode,
    /** What the code's own sentence does not say; for people. */
    readonly detail?: string,
  ) {
    super(detail ?? FILE_PROBLEMS[code].title);
    this.status = FILE_PROBLEMS[code].status;
  }
}

/** What the kernel says, as a refusal. */
const BY_ERRNO: Record<string, FileProblemCode> = {
  ENOENT: 'file-not-found',
  ELOOP: 'file-is-link',
  ENOTDIR: 'not-a-folder',
  EISDIR: 'is-a-folder',
  EEXIST: 'file-exists',
  ENOTEMPTY: 'folder-not-empty',
  ENAMETOOLONG: 'bad-name',
  // Linux: rename(2) of a folder to a place in it.
  EINVAL: 'into-itself',
  EXDEV: 'other-volume',
  // A socket, or a pipe that nobody reads.
  ENXIO: 'not-a-file',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EACCES: 'no-access',
  EPERM: 'no-access',
  EROFS: 'no-access',
  EMFILE: 'files-busy',
  ENFILE: 'files-busy',
};

/** Codes that a step gives another meaning. */
export type Meanings = Partial<Record<string, FileProblemCode>>;

/** Rethrows an error of the file system as a refusal; for `catch`. @throws FileError, or the error if it is none of these */
export function explain(error: unknown, meanings: Meanings = {}): never {
  const errno = errnoOf(error);
  const code = meanings[errno] ?? BY_ERRNO[errno];
  if (code === undefined) throw error;
  throw new FileError(code);
}

/** Code of a system call's error; empty for any other. */
export function errnoOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : '';
}
