import type { Request } from 'express';
import { problem } from '../../errors';

/** A step up or nowhere, as URL parsers see it (WHATWG URL, "double-dot path segment"). */
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/**
 * What follows `/files/`, still encoded: decoding, and staying inside the workspace, is the runner's business. Only dot
 * segments are refused here, since whatever parses the address on the way would resolve them. @throws AppError bad-path
 */
export function pathInWorkspace(request: Request): string {
  const path = /^\/api\/v1\/sessions\/[^/]+\/files\/?(.*)$/is.exec(request.path)?.[1] ?? '';
  if (path.split('/').some((segment) => DOT_SEGMENT.test(segment))) throw problem('bad-path');
  return path;
}

/** A path as it is in an address, and in the audit log. */
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
