import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { FILES_PATH } from '@claude-webui/protocol';
import { AppError } from '../errors';
import type { SessionRecord } from '../sessions/directory';
import { requestTarget, runnerAuthorization } from './address';

const FORWARDED_HEADERS = ['content-type', 'content-length', 'content-disposition'] as const;

/** What came of it: an answer that was streamed through, or the runner's reason for a refusal. */
export type FileAnswer = { forwarded: true } | { forwarded: false; status: number; code: string; message: string };

/** Hands a request for a file of the workspace to the session's runner. `path` is still URL-encoded. @throws AppError */
export async function forwardFile(
  record: SessionRecord,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<FileAnswer> {
  const length = request.headers['content-length'];
  const upstream = httpRequest({
    ...requestTarget(record),
    method: request.method,
    path: `${FILES_PATH}/${path}`,
    headers: { ...runnerAuthorization(record, 'files'), ...(length === undefined ? {} : { 'content-length': length }) },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.once('error', reject);
  });
  // The runner may refuse before it has all of the body, which then ends the pipe with an error.
  pipeline(request, upstream).catch(() => undefined);
  const answer = await answered.catch(() => {
    throw new AppError('runner-unreachable');
  });
  const status = answer.statusCode ?? 502;
  if (status >= 400) {
    const refusal = await readRefusal(answer);
    // The rest of a refused upload is nobody's business any more.
    upstream.destroy();
    return { forwarded: false, status, ...refusal };
  }
  response.statusCode = status;
  for (const name of FORWARDED_HEADERS) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  await pipeline(answer, response);
  return { forwarded: true };
}

/** The runner's own refusals are a few lines of JSON; one that does not know us says nothing. */
async function readRefusal(answer: IncomingMessage): Promise<{ code: string; message: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  if (chunks.length === 0) throw new AppError('runner-unreachable');
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as { code: string; message: string };
}
