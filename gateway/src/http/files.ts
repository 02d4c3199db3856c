import type { Express, Request, RequestHandler } from 'express';
import type { AuditTrail } from '../audit/audit';
import type { ErrorCode } from '../errors';
import { problem } from '../errors';
import type { forwardFile } from '../runner-link/files';
import { by } from './actor';
import type { Authenticate } from './authenticate';
import { pathPart } from './input';
import { resource } from './resource';
import type { SessionCalls } from './sessions';
import { viewerOf } from './sessions';

/** A runner's refusals by status; what it says of them is for people. */
const REFUSALS: Partial<Record<number, ErrorCode>> = {
  400: 'validation-failed',
  403: 'forbidden',
  404: 'not-found',
  413: 'payload-too-large',
};

/** `/api/v1/sessions/:id/files/…`: files of a session's workspace, streamed from and to its runner. */
export function serveFiles(
  app: Express,
  sessions: SessionCalls,
  authenticate: Authenticate,
  audit: AuditTrail,
  forward: typeof forwardFile,
): void {
  const handle: RequestHandler = async (request, response) => {
    const viewer = viewerOf(authenticate, request, response);
    const record = await sessions.get(viewer, pathPart(request, 'id'));
    const path = pathInWorkspace(request);
    const answer = await forward(record, path, request, response);
    if (!answer.forwarded) throw problem(REFUSALS[answer.status] ?? 'runner-unreachable', answer.message);
    const event = request.method === 'PUT' ? 'file.uploaded' : 'file.downloaded';
    audit.record({ event, ...by(request, response), path });
  };
  resource(app, '/api/v1/sessions/:id/files{/*path}', { get: [handle], put: [handle] });
}

/** A step up or nowhere, as URL parsers see it (WHATWG URL, "double-dot path segment"). */
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/**
 * What follows `/files/`, still encoded: decoding, and staying inside the workspace, is the runner's business. Only dot
 * segments are refused here, since they would be resolved on the way and lead to something other than a file.
 */
function pathInWorkspace(request: Request): string {
  const path = /^\/api\/v1\/sessions\/[^/]+\/files\/?(.*)$/is.exec(request.path)?.[1] ?? '';
  const climbs = path.split('/').some((segment) => DOT_SEGMENT.test(segment));
  if (climbs) throw problem('validation-failed', 'This is not a path inside the workspace.');
  return path;
}
