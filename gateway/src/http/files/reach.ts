/** From a request about files to the runner of its session. */
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { AuditTrail } from '../../audit/audit';
import { AppError, problem } from '../../errors';
import type { AskWorkspace } from '../../runner-link/workspace';
import { FileRefused, pick } from '../../runner-link/workspace';
import { assertRunning } from '../../sessions/running';
import type { Authenticate } from '../authenticate';
import { pathPart } from '../input';
import type { SessionCalls } from '../sessions';
import { viewerBy } from '../sessions';

/** Of a refusal, what tells a client how to go on. */
const REFUSAL_HEADERS = ['upload-offset', 'content-range'] as const;

export interface FilesParts {
  sessions: SessionCalls;
  authenticate: Authenticate;
  /** Also by the cookie of link-cookie.ts. For reading. */
  authenticateReader: Authenticate;
  audit: AuditTrail;
  askWorkspace: AskWorkspace;
  /** Largest file that may be written. */
  maxFileBytes: number;
  /** Aborts when the server stops: who waits for a change goes on waiting elsewhere. */
  draining: AbortSignal;
}

/** What the runner is asked. */
export interface Question {
  method: string;
  /** Below WORKSPACE_PATH, encoded. */
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: IncomingMessage | { json: object };
}

/**
 * The runner's answer to a request of somebody who may ask for it.
 * @param effect viewers may only read
 * @param ask reads the request, and is called once it is known who asks. @throws AppError
 */
export async function reach(
  parts: FilesParts,
  request: Request,
  response: Response,
  effect: 'reads' | 'writes',
  ask: () => Question,
): Promise<IncomingMessage> {
  const access = (effect === 'reads' ? parts.authenticateReader : parts.authenticate)(request, response);
  const viewer = viewerBy(access);
  if (effect === 'writes' && viewer.role === 'viewer')
    throw problem('forbidden', 'Viewers may read files, not change them.');
  const id = pathPart(request, 'id');
  const record = await parts.sessions.get(viewer, id);
  assertRunning(record);
  const { method, path, query = {}, body } = ask();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.closed) gone.abort();
  const withdrawn = access.whileNotWithdrawn(gone.signal);
  try {
    return await parts.askWorkspace(record, {
      method,
      target: path + searchOf(query),
      headers: request.headers,
      body: body ?? null,
      maxFileBytes: parts.maxFileBytes,
      signal: AbortSignal.any([gone.signal, parts.draining, withdrawn]),
    });
  } catch (error) {
    if (error instanceof FileRefused) response.set(pick(error.headers, REFUSAL_HEADERS));
    if (error instanceof AppError && error.code === 'runner-unreachable') {
      if (parts.draining.aborted) throw problem('not-ready');
      if (withdrawn.aborted) throw problem(access.withdrawn() ?? 'signed-out');
      // It may have ended meanwhile.
      assertRunning(await parts.sessions.get(viewer, id));
    }
    throw error;
  }
}

function searchOf(query: NonNullable<Question['query']>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? '' : `?${search.toString()}`;
}
