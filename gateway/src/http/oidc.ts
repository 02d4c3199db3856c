/** `/auth/oidc/*`: to the OpenID provider and back. Browsers come here by following links, so refusals lead to a page. */
import type { AuditTrail } from '../audit/audit';
import type { CookieOptions, Express, Request, RequestHandler, Response } from 'express';
import type { Keyset } from '../auth/keyset';
import type { LoginLimit } from '../auth/login-limit';
import { PENDING_SECONDS, seal, unseal } from '../auth/oidc/pending-sign-in';
import type { OidcProvider } from '../auth/oidc/provider';
import { OidcRefusal } from '../auth/oidc/provider';
import type { Tokens } from '../auth/tokens';
import { AppError, problem } from '../errors';
import type { Logger } from '../log';
import type { Metrics } from '../metrics/metrics';
import { by } from './actor';
import { requestIdOf } from './request-id';
import { resource } from './resource';
import { authCookie, beginSignIn, cookieOf } from './sign-in-cookie';

const PENDING_COOKIE = 'claude_webui_oidc';
const ID_TOKEN_COOKIE = 'claude_webui_id_token';
/** Browsers drop cookies above 4096 bytes, their attributes included. Without the hint providers ask the person. */
const MAX_ID_TOKEN_CHARACTERS = 3800;

export interface OidcParts {
  audit: AuditTrail;
  /** Null: passwords only. */
  oidc: OidcProvider | null;
  keyset: Keyset;
  loginLimit: Pick<LoginLimit, 'isThere'>;
  tokens: Tokens;
  metrics: Metrics;
  log: Logger;
}

export function serveOidc(app: Express, parts: OidcParts): void {
  const { oidc, keyset, loginLimit, tokens } = parts;
  if (oidc === null) return serveNoProvider(app);

  resource(app, '/auth/oidc/login', {
    get: [
      ledToPage(parts, async (request, response) => {
        await loginLimit.isThere();
        const { url, pending } = await oidc.begin();
        response.cookie(PENDING_COOKIE, seal(pending, keyset), {
          ...pendingCookie(request),
          maxAge: PENDING_SECONDS * 1000,
        });
        response.redirect(302, url.href);
      }),
    ],
  });
  resource(app, '/auth/oidc/callback', {
    get: [
      ledToPage(parts, async (request, response) => {
        const pending = unseal(cookieOf(request, PENDING_COOKIE) ?? '', keyset, Date.now());
        response.clearCookie(PENDING_COOKIE, pendingCookie(request));
        if (pending === null) throw problem('sign-in-interrupted');
        await loginLimit.isThere();
        const { subject, idToken } = await oidc.complete(queryOf(request), pending);
        const { expires } = beginSignIn(tokens, subject, request, response);
        parts.audit.record({ event: 'auth.signed-in', ...by(request, response), method: 'oidc' });
        if (idToken.length <= MAX_ID_TOKEN_CHARACTERS)
          response.cookie(ID_TOKEN_COOKIE, idToken, { ...authCookie(request), expires });
        // Always here and never to what the request names: there is nothing to redirect openly with.
        response.redirect(303, '/');
      }),
    ],
  });
}

function serveNoProvider(app: Express): void {
  const nothing: RequestHandler = () => {
    throw problem('not-found');
  };
  resource(app, '/auth/oidc/login', { get: [nothing] });
  resource(app, '/auth/oidc/callback', { get: [nothing] });
}

/**
 * Where a person whose sign-in here is over has to go so that it is over at the provider too; null if it cannot be
 * ended there. The sign-in here is over in any case.
 */
export async function providersEnd(parts: OidcParts, request: Request, response: Response): Promise<URL | null> {
  const idToken = cookieOf(request, ID_TOKEN_COOKIE);
  response.clearCookie(ID_TOKEN_COOKIE, authCookie(request));
  try {
    return (await parts.oidc?.endSessionUrl(idToken)) ?? null;
  } catch (error) {
    if (!(error instanceof OidcRefusal)) throw error;
    parts.log.warn(
      { requestId: requestIdOf(response.req), reason: error.reason },
      'the provider was not told of an end',
    );
    return null;
  }
}

/** People get the sign-in page, which says why; programs, which ask for JSON or for nothing special, the problem itself. */
function ledToPage(
  { audit, log, metrics }: OidcParts,
  handle: (request: Request, response: Response) => Promise<void>,
): RequestHandler {
  return async (request, response) => {
    try {
      await handle(request, response);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      metrics.authFailures.inc({ reason: error.code });
      const reason = error instanceof OidcRefusal ? error.reason : error.code;
      log.warn({ requestId: requestIdOf(response.req), reason }, 'sign-in at the provider failed');
      audit.record({ event: 'auth.sign-in-failed', ...by(request, response), method: 'oidc', reason: error.code });
      if (request.accepts(['json', 'html']) !== 'html') throw error;
      response.redirect(303, `/?error=${error.code}`);
    }
  };
}

const queryOf = (request: Request) => new URL(request.originalUrl, 'http://localhost').searchParams;

/** Strict would keep it back when the provider sends the person here. */
function pendingCookie(request: Request): CookieOptions {
  return { ...authCookie(request), sameSite: 'lax', path: '/auth/oidc' };
}
