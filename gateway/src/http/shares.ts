import type { Express, Request } from 'express';
import type { AuditTrail } from '../audit/audit';
import { problem } from '../errors';
import type { ShareRecord } from '../sessions/directory';
import { by } from './actor';
import type { Authenticate } from './authenticate';
import { bodyOf, pathPart, readJson } from './input';
import { resource } from './resource';
import { shareBody } from './schemas';
import type { SessionCalls } from './sessions';
import { viewerOf } from './sessions';

/** `/api/v1/sessions/:id/shares`: read-only links to a session. */
export function serveShares(app: Express, sessions: SessionCalls, authenticate: Authenticate, audit: AuditTrail): void {
  resource(app, '/api/v1/sessions/:id/shares', {
    get: [
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const { shares } = await sessions.get(viewer, pathPart(request, 'id'));
        response.json({ shares: shares.filter((share) => Date.parse(share.expiresAt) > Date.now()).map(shown) });
      },
    ],
    post: [
      readJson,
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const { expiresInSeconds } = bodyOf(request, shareBody);
        const { share, secret } = await sessions.share(viewer, pathPart(request, 'id'), expiresInSeconds);
        const { id: shareId, expiresAt } = share;
        audit.record({ event: 'share.made', ...by(request, response), shareId, expiresAt });
        response.status(201).json({ ...shown(share), url: linkFor(request, secret) });
      },
    ],
  });
  resource(app, '/api/v1/sessions/:id/shares/:shareId', {
    delete: [
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const [id, shareId] = [pathPart(request, 'id'), pathPart(request, 'shareId')];
        const { shares } = await sessions.get(viewer, id);
        if (!shares.some((share) => share.id === shareId)) throw problem('share-not-found');
        await sessions.unshare(viewer, id, shareId);
        audit.record({ event: 'share.revoked', ...by(request, response), shareId });
        response.status(204).end();
      },
    ],
  });
}

const shown = ({ id, createdAt, expiresAt }: ShareRecord) => ({ id, createdAt, expiresAt });

/** The secret is the fragment, which browsers keep to themselves: no log or proxy ever sees it. */
function linkFor(request: Request, secret: string): string {
  // The page's own Origin has passed the check; programs that send none get the address they used.
  const origin = request.headers.origin ?? `${request.protocol}://${request.host}`;
  return `${origin}/s#${secret}`;
}
