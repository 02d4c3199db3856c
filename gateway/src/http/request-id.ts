import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'X-Request-Id';
/** What a proxy in front may have chosen; anything else could be meant for whoever reads the log. */
const SANE = /^[\w.-]{1,64}$/;

const ids = new WeakMap<IncomingMessage, string>();

/** The name of a request: in its answer, in the log and in the audit log; a socket has that of its handshake. */
export function requestIdOf(request: IncomingMessage): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const given = request.headers[REQUEST_ID_HEADER.toLowerCase()];
  const id = typeof given === 'string' && SANE.test(given) ? given : randomUUID();
  ids.set(request, id);
  return id;
}
