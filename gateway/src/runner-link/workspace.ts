import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { MAX_FILE_BYTES_HEADER, WORKSPACE_PATH } from '@claude-webui/protocol';
import * as z from 'zod';
import { AppError, ERRORS, isFileProblem } from '../errors';
import type { SessionRecord } from '../sessions/directory';
import { requestTarget, runnerAuthorization } from './address';

/** Of an answer that is JSON: a listing of 1000 long names. */
const MAX_JSON_BYTES = 2 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 4096;
const MAX_DETAIL_CHARACTERS = 300;
/** A runner that neither takes nor gives anything for so long has gone. Longer than its own wait for changes. Milliseconds. */
const SILENCE_MS = 60_000;

/** What a client says that the runner has to know. */
const REQUEST_HEADERS = [
  'content-length',
  'content-range',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'upload-offset',
] as const;

export interface WorkspaceCall {
  method: string;
  /** Below WORKSPACE_PATH, encoded, with its query. */
  target: string;
  headers: IncomingHttpHeaders;
  /** Streamed, or sent as JSON. */
  body: IncomingMessage | { json: object } | null;
  /** Largest file that may be written. */
  maxFileBytes: number;
  /** Nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** Asks a session's runner something about the workspace's files. */
export type AskWorkspace = (record: SessionRecord, call: WorkspaceCall) => Promise<IncomingMessage>;

/**
 * The runner's answer, with its body still to be read. The answer comes from a machine that the session's person shares: nothing in it
 * is taken at its word.
 * @throws FileRefused, AppError runner-unreachable
 */
export async function askWorkspace(record: SessionRecord, call: WorkspaceCall): Promise<IncomingMessage> {
  const { method, target, body, maxFileBytes, signal } = call;
  const text = body !== null && 'json' in body ? JSON.stringify(body.json) : null;
  const upstream = httpRequest({
    ...requestTarget(record),
    // A connection that is used again may be closed by the runner just then.
    agent: false,
    method,
    path: `${WORKSPACE_PATH}${target}`,
    signal,
    headers: {
      ...runnerAuthorization(record, 'files'),
      // Told to close, the runner would do so with a refused body on its way, and take its answer with it.
      connection: 'keep-alive',
      ...pick(call.headers, REQUEST_HEADERS),
      ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      [MAX_FILE_BYTES_HEADER]: maxFileBytes,
    },
  });
  // What a large folder holds takes its time to be deleted.
  if (method !== 'DELETE') upstream.setTimeout(SILENCE_MS, () => upstream.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.on('error', reject);
  });
  if (body === null || text !== null) upstream.end(text ?? undefined);
  // The runner may refuse before it has all of the body, which then ends the pipe with an error.
  else if (!('json' in body)) {
    // The runner may have something against it before its first byte comes.
    upstream.flushHeaders();
    pipeline(body, upstream).catch(() => undefined);
  }
  const answer = await answered.catch(() => {
    throw new AppError('runner-unreachable');
  });
  if ((answer.statusCode ?? 500) < 400) return answer;
  const refusal = await refusalOf(answer, method);
  // The rest of a refused upload is nobody's business any more.
  upstream.destroy();
  throw refusal;
}

/** Why the runner did not do it. */
export class FileRefused extends AppError {
  constructor(
    code: AppError['code'],
    detail: string | undefined,
    /** Of the runner's answer: where an upload goes on, how long a file is. */
    readonly headers: IncomingHttpHeaders,
  ) {
    super(code, detail);
  }
}

const fileRefusal = z.object({ code: z.string(), detail: z.string().optional() });

/** HEAD is answered without a body, so its status has to do. */
const BY_STATUS: Partial<Record<number, AppError['code']>> = {
  400: 'bad-path',
  403: 'file-is-link',
  404: 'file-not-found',
  409: 'not-a-folder',
};

async function refusalOf(answer: IncomingMessage, method: string): Promise<AppError> {
  const { statusCode = 500, headers } = answer;
  if (method === 'HEAD') return new FileRefused(BY_STATUS[statusCode] ?? 'file-failed', undefined, headers);
  const parsed = fileRefusal.safeParse(await readJson(answer, MAX_REFUSAL_BYTES).catch(() => null));
  const { code = '', detail } = parsed.data ?? {};
  if (!isFileProblem(code) || ERRORS[code].status !== statusCode) return new AppError('runner-unreachable');
  return new FileRefused(code, detail?.slice(0, MAX_DETAIL_CHARACTERS), headers);
}

/** The body of an answer, which has to be as the API says that it is. @throws AppError runner-unreachable */
export async function bodyAs<T>(answer: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await readJson(answer, MAX_JSON_BYTES).catch(() => null));
  if (!parsed.success) throw new AppError('runner-unreachable');
  return parsed.data;
}

async function readJson(answer: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** Those of some headers that are there. */
export function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, headers[name]]).filter(isPresent));
}

const isPresent = (entry: (string | string[] | undefined)[]): entry is [string, string] => typeof entry[1] === 'string';
