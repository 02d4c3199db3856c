/** `/auth/*`: sign in and out, stay signed in, change the password. */
import type { Express, Request, Response } from 'express';
import type { LoginLimit } from '../auth/login-limit';
import type { Claims, SignIn, Subject } from '../auth/claims';
import type { Tokens } from '../auth/tokens';
import type { User, Users } from '../auth/users';
import { AppError, problem } from '../errors';
import { attribute, attributeClaim, by } from './actor';
import type { Authenticate } from './authenticate';
import { bearerOf } from './authenticate';
import { addressOf } from './client-address';
import { bodyOf, readJson } from './input';
import type { OidcParts } from './oidc';
import { providersEnd } from './oidc';
import { resource } from './resource';
import { loginBody, passwordBody } from './schemas';
import { beginSignIn, forgetSignIn, keepSignIn, refreshCookie } from './sign-in-cookie';

export interface AuthParts extends OidcParts {
  /** Whether people may sign in by a password that is kept here. */
  passwordSignIn: boolean;
  users: Users;
  loginLimit: LoginLimit;
}

export function serveAuth(app: Express, parts: AuthParts, authenticate: Authenticate): void {
  const { audit, tokens, users } = parts;

  resource(app, '/auth/methods', {
    get: [
      (_request, response) => {
        const { passwordSignIn: password, oidc } = parts;
        response.json({ password, oidc: oidc === null ? null : { name: oidc.name } });
      },
    ],
  });
  resource(app, '/auth/login', {
    post: [
      readJson,
      async (request, response) => {
        if (!parts.passwordSignIn) throw problem('password-sign-in-off');
        const { username, password } = bodyOf(request, loginBody);
        const user = await checkPassword(parts, request, response, username, password);
        const { signIn } = beginSignIn(tokens, user, request, response);
        audit.record({ event: 'auth.signed-in', ...by(request, response), method: 'password' });
        sendSignedIn(tokens, user, signIn, response);
      },
    ],
  });
  resource(app, '/auth/refresh', {
    post: [
      (request, response) => {
        const claims = refreshClaims(tokens, request);
        const subject = subjectOf(parts, claims);
        // Else the sign-in would end with the key that began it.
        if (tokens.isOutdated(claims)) keepSignIn(tokens, subject, signInOf(claims), request, response);
        sendSignedIn(tokens, subject, signInOf(claims), response);
      },
    ],
  });
  resource(app, '/auth/logout', {
    post: [
      async (request, response) => {
        const presented = presentedClaims(tokens, request);
        for (const claims of presented) tokens.revoke(claims);
        if (presented[0] !== undefined) {
          attribute(response, presented[0]);
          audit.record({ event: 'auth.signed-out', ...by(request, response) });
        }
        forgetSignIn(request, response);
        const isProviders = presented.some(({ idp }) => idp !== undefined);
        const endSessionUrl = isProviders ? await providersEnd(parts, request, response) : null;
        if (endSessionUrl === null) response.status(204).end();
        else response.json({ endSessionUrl });
      },
    ],
  });
  resource(app, '/auth/me', {
    get: [
      (request, response) => {
        const { sub, name, role, exp } = authenticate(request, response).who.claims;
        response.json({ expiresAt: isoTime(exp), user: { id: sub, username: name, role } });
      },
    ],
  });
  resource(app, '/auth/password', {
    post: [
      readJson,
      async (request, response) => {
        const { claims } = authenticate(request, response).who;
        if (claims.idp !== undefined) throw problem('password-elsewhere');
        if (users.keptElsewhere !== null) throw problem('users-kept-elsewhere', users.keptElsewhere);
        const { current, new: wanted } = bodyOf(request, passwordBody);
        const user = await checkPassword(parts, request, response, claims.name, current);
        await users.changePassword(user.id, wanted);
        audit.record({ event: 'auth.password-changed', ...by(request, response) });
        // All sign-ins from before are over, this browser's too, so it begins another.
        const renewed = users.get(user.id) ?? user;
        sendSignedIn(tokens, renewed, beginSignIn(tokens, renewed, request, response).signIn, response);
      },
    ],
  });
}

/** @throws AppError login-failed, too-many-logins: the same for names that do not exist */
async function checkPassword(
  parts: AuthParts,
  request: Request,
  response: Response,
  username: string,
  password: string,
): Promise<User> {
  const { loginLimit, metrics, users } = parts;
  if (users.list().some((user) => user.username === username)) attributeClaim(response, username);
  const source = { username, address: addressOf(request) };
  const waitMs = await loginLimit.attempt(source);
  if (waitMs > 0) {
    metrics.authFailures.inc({ reason: 'too-many-logins' });
    throw problem('too-many-logins', undefined, Math.ceil(waitMs / 1000));
  }
  const user = await users.authenticate(username, password);
  if (user === null) {
    metrics.authFailures.inc({ reason: 'login-failed' });
    throw problem('login-failed');
  }
  await loginLimit.succeeded(source);
  return user;
}

/**
 * Whom a sign-in may be renewed for. A provider's people have no entry here: nothing can be looked up, which is why a
 * sign-in ends with SIGN_IN_TTL. @throws AppError signed-out
 */
function subjectOf({ users, passwordSignIn, oidc }: AuthParts, claims: Claims): Subject {
  if (claims.idp !== undefined) {
    if (oidc === null) throw problem('signed-out');
    return { id: claims.sub, username: claims.name, role: claims.role, provider: claims.idp };
  }
  const user = passwordSignIn ? users.get(claims.sub) : null;
  if (user === null) throw problem('signed-out');
  return user;
}

function sendSignedIn(tokens: Tokens, user: Subject, signIn: SignIn, response: Response): void {
  const { token, claims } = tokens.issueAccess(user, signIn);
  const { id, username, role } = user;
  response.locals['userId'] = id;
  response.set('Cache-Control', 'no-store');
  response.json({ token, expiresAt: isoTime(claims.exp), user: { id, username, role } });
}

/** By the cookie alone: an access token that was stolen ends with its own time. @throws AppError unauthorized, token-expired, signed-out */
function refreshClaims(tokens: Tokens, request: Request): Claims {
  const cookie = refreshCookie(request);
  if (cookie === null) throw problem('unauthorized');
  return tokens.verifyRefresh(cookie);
}

/** Whatever of a sign-in the browser still has; leaving must work when it is half over. */
function presentedClaims(tokens: Tokens, request: Request): Claims[] {
  const [bearer, cookie] = [bearerOf(request), refreshCookie(request)];
  return [
    bearer === null ? null : claimsIfValid(() => tokens.verifyAccess(bearer).who.claims),
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

const signInOf = (claims: Claims): SignIn => ({ id: claims.sid, at: claims.auth_time });
const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString();
