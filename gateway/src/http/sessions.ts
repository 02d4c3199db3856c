import type { Express, Request, Response } from 'express';
import type { Access } from '../auth/access';
import type { Person } from '../auth/authority';
import type { AuditTrail } from '../audit/audit';
import type { Sessions, Viewer } from '../sessions/sessions';
import { sessionInfo } from '../sessions/sessions';
import { by } from './actor';
import type { Authenticate } from './authenticate';
import { bodyOf, pathPart, queryOf, readJson } from './input';
import { resource } from './resource';
import { createBody, documentedSession, listQuery, renameBody } from './schemas';
import type { SessionRecord } from '../sessions/directory';

/** What the REST API needs of Sessions. */
export type SessionCalls = Pick<Sessions, 'create' | 'list' | 'get' | 'rename' | 'end'>;

/** Somebody who has signed in, as the sessions know people. */
export function viewerBy({ role, who: { claims } }: Access<Person>): Viewer {
  return { id: claims.sub, role, name: claims.name };
}

/** Who asks, as the sessions know people. */
export function viewerOf(authenticate: Authenticate, request: Request, response: Response): Viewer {
  return viewerBy(authenticate(request, response));
}

const shown = (record: SessionRecord) => documentedSession(sessionInfo(record));

/** `/api/v1/sessions`: list, create, look at, rename and end sessions. */
export function serveSessions(
  app: Express,
  sessions: SessionCalls,
  authenticate: Authenticate,
  audit: AuditTrail,
): void {
  resource(app, '/api/v1/sessions', {
    get: [
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const { all } = queryOf(request, listQuery);
        const records = await sessions.list(viewer, all === 'true');
        response.json({ sessions: records.map(shown) });
      },
    ],
    post: [
      readJson,
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const record = await sessions.create(viewer, bodyOf(request, createBody));
        const { id: sessionId, workspace } = record;
        audit.record({ event: 'session.created', ...by(request, response), sessionId, workspace });
        response.status(201).location(`/api/v1/sessions/${record.id}`).json(shown(record));
      },
    ],
  });
  resource(app, '/api/v1/sessions/:id', {
    get: [
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        response.json(shown(await sessions.get(viewer, pathPart(request, 'id'))));
      },
    ],
    patch: [
      readJson,
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const { name } = bodyOf(request, renameBody);
        response.json(shown(await sessions.rename(viewer, pathPart(request, 'id'), name)));
      },
    ],
    delete: [
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const { id, owner } = await sessions.get(viewer, pathPart(request, 'id'));
        await sessions.end(viewer, id);
        if (owner !== viewer.id) audit.record({ event: 'admin.session-ended', ...by(request, response), owner });
        response.status(204).end();
      },
    ],
  });
}
