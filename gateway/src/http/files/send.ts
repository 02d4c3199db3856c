/** What a runner has answered, on its way to the client. */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type * as z from 'zod';
import { bodyAs, pick } from '../../runner-link/workspace';

const ANSWER_HEADERS = [
  'accept-ranges',
  'content-disposition',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
  'upload-length',
  'upload-offset',
] as const;

const DOWNLOAD_TYPES: ReadonlySet<string> = new Set(['application/gzip', 'application/octet-stream']);

/** Passes on an answer without a body. */
export function sendHead(answer: IncomingMessage, response: Response): void {
  answer.resume();
  const { 'content-length': length, ...headers } = pick(answer.headers, ANSWER_HEADERS);
  response.set(headers).status(answer.statusCode ?? 500);
  const { 'content-type': type } = answer.headers;
  if (type === 'application/json') response.type(type);
  else if (type !== undefined)
    response.set({ ...downloadHeaders(answer), ...(length === undefined ? {} : { 'Content-Length': length }) });
  response.end();
}

/** Passes on JSON, which has to be as the API says. @throws AppError runner-unreachable */
export async function sendBody<T>(answer: IncomingMessage, response: Response, schema: z.ZodType<T>): Promise<T> {
  const body = await bodyAs(answer, schema);
  const { etag } = answer.headers;
  // Express would make one of its own.
  if (etag !== undefined) response.set('etag', etag);
  response
    .status(answer.statusCode ?? 500)
    .type('application/json')
    .end(JSON.stringify(body));
  return body;
}

export const isDownload = ({ headers }: IncomingMessage): boolean => headers['content-type'] !== 'application/json';

/** Passes on a file; resolves with its bytes, and whether they were all. */
export async function sendDownload(
  answer: IncomingMessage,
  response: Response,
): Promise<{ bytes: number; isWhole: boolean }> {
  let bytes = 0;
  response
    .set({ ...pick(answer.headers, ANSWER_HEADERS), ...downloadHeaders(answer) })
    .status(answer.statusCode ?? 500);
  const counted = async function* (content: AsyncIterable<Buffer>) {
    for await (const chunk of content) {
      yield chunk;
      bytes += chunk.length;
    }
  };
  try {
    await pipeline(answer, counted, response);
    return { bytes, isWhole: true };
  } catch {
    // Half an answer cannot become a problem document; a cut connection at least cannot pass for a whole one.
    response.destroy();
    return { bytes, isWhole: false };
  }
}

/** Whatever a session's file holds and is called, no browser is to show it as a page of ours. */
function downloadHeaders({ headers }: IncomingMessage): Record<string, string> {
  const { 'content-type': type = '', 'content-disposition': disposition = '' } = headers;
  return {
    'Content-Type': DOWNLOAD_TYPES.has(type) ? type : 'application/octet-stream',
    'Content-Disposition': disposition.startsWith('attachment') ? disposition : 'attachment',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  };
}
