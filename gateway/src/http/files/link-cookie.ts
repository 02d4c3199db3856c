import type { Request, RequestHandler } from 'express';
import { assertRunning } from '../../sessions/running';
import { bearerOf } from '../authenticate';
import { pathPart } from '../input';
import { cookieOf } from '../sign-in-cookie';
import { viewerOf } from '../sessions';
import type { FilesParts } from './reach';

export const FILE_LINK_COOKIE = 'claude_webui_files';
/** Long enough for a download to begin, and to go on after a pause. Milliseconds. */
const LIFETIME_MS = 5 * 60_000;

/**
 * A link that a browser downloads by carries no Authorization header. For a few minutes this browser may read the files of one session by
 * a cookie: it holds the access token that asked for it, no script can read it, no other site can make a browser send it, and it
 * is taken for nothing but reading.
 */
export function allowLinks({ authenticate, sessions }: Pick<FilesParts, 'authenticate' | 'sessions'>): RequestHandler {
  return async (request, response) => {
    const viewer = viewerOf(authenticate, request, response);
    const session = await sessions.get(viewer, pathPart(request, 'id'));
    assertRunning(session);
    response.cookie(FILE_LINK_COOKIE, bearerOf(request) ?? '', {
      httpOnly: true,
      sameSite: 'strict',
      secure: request.secure,
      path: `/api/v1/sessions/${session.id}/files`,
      maxAge: LIFETIME_MS,
    });
    response.status(204).end();
  };
}

/** The token of a request that only reads. */
export const readerTokenOf = (request: Request): string | null =>
  bearerOf(request) ?? cookieOf(request, FILE_LINK_COOKIE);
