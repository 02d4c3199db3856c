import { posix } from 'node:path';
import { MAX_PATH_CHARACTERS } from '@claude-webui/protocol';
import { FileError } from './file-error';
import { bytesOf, hasRawBytes, isNameOfItsBytes } from './file-name';

/** Of the kernel (limits.h, NAME_MAX). */
const MAX_NAME_BYTES = 255;
/**
 * Controls, ends of lines, a byte order mark, and what reorders the text after it (embeddings, overrides, isolates). Not the marks of
 * direction and the joiners, which Arabic, Hebrew, Persian, Indic and emoji names have.
 */
const MISLEADING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** A place below the workspace: names of its folders and its own; none for the workspace itself. */
export type Names = readonly string[];

/** From a URL's path. Clients that encode the whole path as one segment are understood too. @throws FileError bad-path */
export function parseEncodedPath(path: string, root: string): Names {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new FileError('bad-path', 'It is not correctly encoded.');
  }
  return parsePath(decoded, root);
}

/**
 * From plain text. An absolute path is one of the session, which must lie in the workspace.
 * @throws FileError bad-path, outside-workspace
 */
export function parsePath(path: string, root: string): Names {
  const below = path.startsWith('/') ? relativeTo(root, path) : path;
  const names = below.split('/').filter((name) => name !== '');
  const isBad = (name: string) =>
    name === '.' ||
    name === '..' ||
    name.includes('\0') ||
    bytesOf(name).length > MAX_NAME_BYTES ||
    !isNameOfItsBytes(name);
  if (path.length > MAX_PATH_CHARACTERS || names.some(isBad)) throw new FileError('bad-path');
  return names;
}

function relativeTo(root: string, path: string): string {
  if (path === root || path === '/') return '';
  if (!path.startsWith(`${root}/`)) throw new FileError('outside-workspace');
  return path.slice(root.length + 1);
}

/** Names for something new: none that reads as another, moves a terminal's cursor or is no UTF-8. @throws FileError bad-name */
export function checkNewNames(names: Names): void {
  if (names.some((name) => MISLEADING.test(name) || hasRawBytes(name))) throw new FileError('bad-name');
}

/** What a printed path may mean, the likeliest first: as it is, and without the line and column that programs put behind. */
export function readingsOf(printed: string, root: string): { names: Names; line?: number }[] {
  const text = printed.trim();
  const [, path = '', line = ''] = /^(.+?):(\d{1,9})(?::\d{1,9})?:?$/.exec(text) ?? [];
  const readings = [{ names: namesOfPrinted(text, root) }];
  return path === '' ? readings : [...readings, { names: namesOfPrinted(path, root), line: Number(line) }];
}

/** Printed paths are relative to the workspace, where the session's program was started, and may hold `.` and `..`. */
function namesOfPrinted(text: string, root: string): Names {
  if (text.startsWith('~')) throw new FileError('outside-workspace');
  return parsePath(posix.resolve(root, text), root);
}
