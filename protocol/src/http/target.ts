import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './refusal';

/** Where a request wants to go; its path is still percent-encoded, correctly. */
export type RequestTarget = Pick<URL, 'pathname' | 'search' | 'searchParams'>;

/** The target of a request (RFC 9112 §3.2). @throws HttpRefusal 400 for one that names no path here */
export function requestTarget({ url = '' }: Pick<IncomingMessage, 'url'>): RequestTarget {
  // "//name/path" would be read as another server's path.
  const isPath = url.startsWith('/') && !url.startsWith('//');
  if (!isPath && !/^https?:\/\//i.test(url)) throw noPath();
  try {
    const target = new URL(url, 'http://here');
    decodeURIComponent(target.pathname);
    return target;
  } catch {
    throw noPath();
  }
}

const noPath = () => new HttpRefusal(400, 'bad-path', 'The target of the request is not a path here.');
