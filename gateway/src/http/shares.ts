import type { Express, Request } from 'express';
import type { AuditTrail } from '../audit/audit';
import type { Link } from '../sessions/link-store';
import type { Links } from '../sessions/links';
import { by } from './actor';
import type { Authenticate } from './authenticate';
import { bodyOf, pathPart, readJson } from './input';
import { resource } from './resource';
import { shareBody } from './schemas';
import type { SessionCalls } from './sessions';
import { viewerOf } from './sessions';

/** `/api/v1/sessions/:id/shares`: read-only links to a session. */
export function serveShares(
  app: Express,
  { sessions, links }: { sessions: SessionCalls; links: Links },
  authenticate: Authenticate,
  audit: AuditTrail,
): void {
  resource(app, '/api/v1/sessions/:id/shares', {
    get: [
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const shares = await links.of(await sessions.get(viewer, pathPart(request, 'id')));
        response.json({ shares: shares.map(shown) });
      },
    ],
    post: [
      readJson,
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const { expiresInSeconds } = bodyOf(request, shareBody);
        const session = await sessions.get(viewer, pathPart(request, 'id'));
        const { link, secret } = await links.make(viewer, session, expiresInSeconds);
        const { id: shareId, expiresAt } = link;
        audit.record({ event: 'share.made', ...by(request, response), shareId, expiresAt });
        response.status(201).json({ ...shown(link), url: linkFor(request, secret) });
      },
    ],
  });
  resource(app, '/api/v1/sessions/:id/shares/:shareId', {
    delete: [
      async (request, response) => {
        const viewer = viewerOf(authenticate, request, response);
        const shareId = pathPart(request, 'shareId');
        await links.takeBack(await sessions.get(viewer, pathPart(request, 'id')), shareId);
        audit.record({ event: 'share.revoked', ...by(request, response), shareId });
        response.status(204).end();
      },
    ],
  });
}

const shown = ({ id, createdAt, expiresAt }: Link) => ({ id, createdAt, expiresAt });

/** The secret is the fragment, which browsers keep to themselves: no log or proxy ever sees it. */
function linkFor(request: Request, secret: string): string {
  // The page's own Origin has passed the check; programs that send none get the address they used.
  const origin = request.headers.origin ?? `${request.protocol}://${request.host}`;
  return `${origin}/s#${secret}`;
}
