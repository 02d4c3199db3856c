/** What a reverse proxy passes on of the head of a message. */
import type { IncomingHttpHeaders } from 'node:http';

/** Of one connection only (RFC 9110 §7.6.1), and between a proxy and those next to it (§11.7). Node.js passes on no trailers. */
const OF_ONE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
];

/**
 * The fields of a request for its next connection.
 * @param withheld further fields that are not passed on, in lower case
 */
export function forwardedRequestFields(headers: IncomingHttpHeaders, withheld: readonly string[]): IncomingHttpHeaders {
  // The body is framed anew in the way in which it came. Without these fields, Node.js would send that of a GET unframed, and the next
  // server would read it as a request.
  const framing = ['content-length', 'transfer-encoding'];
  const named = namedBy(headers.connection).filter((name) => !framing.includes(name));
  return without(headers, [...OF_ONE_CONNECTION, ...named, ...withheld]);
}

/** The fields of an answer for its next connection; its body is framed as that connection's client can read it. */
export function forwardedAnswerFields(
  headers: IncomingHttpHeaders,
  withheld: readonly string[] = [],
): IncomingHttpHeaders {
  const named = namedBy(headers.connection).filter((name) => name !== 'content-length');
  return without(headers, [...OF_ONE_CONNECTION, 'transfer-encoding', ...named, ...withheld]);
}

const namedBy = (connection = '') => connection.split(',').map((option) => option.trim().toLowerCase());

function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
