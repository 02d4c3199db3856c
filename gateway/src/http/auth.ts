/** `/auth/*`: sign in and out, stay signed in, change the password. */
import { parseCookie } from 'cookie';
import type { CookieOptions, Express, Request, Response } from 'express';
import type { LoginBackoff } from '../auth/login-backoff';
import type { Claims, SignIn, Tokens } from '../auth/tokens';
import type { User, Users } from '../auth/users';
import { AppError, problem } from '../errors';
import type { Metrics } from '../metrics/metrics';
import type { Authenticate } from './authenticate';
import { bearerOf } from './authenticate';
import { bodyOf, readJson } from './input';
import { resource } from './resource';
import { loginBody, passwordBody } from './schemas';

const COOKIE = 'claude_webui_refresh';

export interface AuthParts {
  users: Users;
  tokens: Tokens;
  backoff: LoginBackoff;
  metrics: Metrics;
}

export function serveAuth(app: Express, parts: AuthParts, authenticate: Authenticate): void {
  const { tokens, users } = parts;

  resource(app, '/auth/login', {
    post: [
      readJson,
      async (request, response) => {
        const { username, password } = bodyOf(request, loginBody);
        const user = await checkPassword(parts, request, username, password);
        beginSignIn(tokens, user, request, response);
      },
    ],
  });
  resource(app, '/auth/refresh', {
    post: [
      (request, response) => {
        const claims = refreshClaims(tokens, request);
        const user = users.get(claims.sub);
        if (user === null || claims.auth_time < user.passwordChangedAt) throw problem('signed-out');
        sendSignedIn(tokens, user, signInOf(claims), response);
      },
    ],
  });
  resource(app, '/auth/logout', {
    post: [
      (request, response) => {
        for (const claims of presentedClaims(tokens, request)) tokens.revoke(claims);
        response.clearCookie(COOKIE, cookieOptions(request));
        response.status(204).end();
      },
    ],
  });
  resource(app, '/auth/me', {
    get: [
      (request, response) => {
        const { sub, name, role, exp } = authenticate(request, response);
        response.json({ expiresAt: isoTime(exp), user: { id: sub, username: name, role } });
      },
    ],
  });
  resource(app, '/auth/password', {
    post: [
      readJson,
      async (request, response) => {
        const claims = authenticate(request, response);
        const { current, new: wanted } = bodyOf(request, passwordBody);
        const user = await checkPassword(parts, request, claims.name, current);
        await users.changePassword(user.id, wanted);
        // All sign-ins from before are over, this browser's too, so it begins another.
        beginSignIn(tokens, user, request, response);
      },
    ],
  });
}

/** @throws AppError login-failed, too-many-logins: the same for names that do not exist */
async function checkPassword(parts: AuthParts, request: Request, username: string, password: string): Promise<User> {
  const { backoff, metrics, users } = parts;
  const source = { username, address: request.ip ?? '' };
  const waitMs = backoff.waitMs(source, Date.now());
  if (waitMs > 0) {
    metrics.authFailures.inc({ reason: 'too-many-logins' });
    throw problem('too-many-logins', undefined, Math.ceil(waitMs / 1000));
  }
  backoff.attempt(source, Date.now());
  const user = await users.authenticate(username, password);
  if (user === null) {
    metrics.authFailures.inc({ reason: 'login-failed' });
    throw problem('login-failed');
  }
  backoff.succeeded(source);
  return user;
}

function beginSignIn(tokens: Tokens, user: User, request: Request, response: Response): void {
  const signIn = tokens.startSignIn();
  const { token, claims } = tokens.issueRefresh(user, signIn);
  response.cookie(COOKIE, token, { ...cookieOptions(request), expires: new Date(claims.exp * 1000) });
  sendSignedIn(tokens, user, signIn, response);
}

function sendSignedIn(tokens: Tokens, user: User, signIn: SignIn, response: Response): void {
  const { token, claims } = tokens.issueAccess(user, signIn);
  const { id, username, role } = user;
  response.locals['userId'] = id;
  response.set('Cache-Control', 'no-store');
  response.json({ token, expiresAt: isoTime(claims.exp), user: { id, username, role } });
}

/** A valid access token, or else the cookie. @throws AppError unauthorized, token-expired, signed-out */
function refreshClaims(tokens: Tokens, request: Request): Claims {
  const bearer = bearerOf(request);
  if (bearer !== null) return tokens.verifyAccess(bearer);
  const cookie = refreshCookie(request);
  if (cookie === null) throw problem('unauthorized');
  return tokens.verifyRefresh(cookie);
}

/** Whatever of a sign-in the browser still has; leaving must work when it is half over. */
function presentedClaims(tokens: Tokens, request: Request): Claims[] {
  const [bearer, cookie] = [bearerOf(request), refreshCookie(request)];
  return [
    bearer === null ? null : claimsIfValid(() => tokens.verifyAccess(bearer)),
    cookie === null ? null : claimsIfValid(() => tokens.verifyRefresh(cookie)),
  ].filter((claims) => claims !== null);
}

function claimsIfValid(verify: () => Claims): Claims | null {
  try {
    return verify();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function refreshCookie(request: Request): string | null {
  return parseCookie(request.headers.cookie ?? '')[COOKIE] ?? null;
}

/** No script can read it, no other site can make a browser send it, and only `/auth` ever gets it. */
function cookieOptions(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', path: '/auth', secure: request.secure };
}

const signInOf = (claims: Claims): SignIn => ({ id: claims.sid, at: claims.auth_time });
const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString();
