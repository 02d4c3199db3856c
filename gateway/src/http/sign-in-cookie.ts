/** The cookie that a sign-in survives a reload by. */
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { SignIn, Subject } from '../auth/claims';
import type { Tokens } from '../auth/tokens';
import { attributeSubject } from './actor';

export const REFRESH_COOKIE = 'claude_webui_refresh';

/** Begins a sign-in that this browser keeps until it `expires`. */
export function beginSignIn(
  tokens: Tokens,
  subject: Subject,
  request: Request,
  response: Response,
): { signIn: SignIn; expires: Date } {
  const signIn = tokens.startSignIn();
  const expires = keepSignIn(tokens, subject, signIn, request, response);
  attributeSubject(response, subject);
  return { signIn, expires };
}

/** Gives this browser what a sign-in goes on by, until the returned end, which stays the same. */
export function keepSignIn(
  tokens: Tokens,
  subject: Subject,
  signIn: SignIn,
  request: Request,
  response: Response,
): Date {
  const { token, claims } = tokens.issueRefresh(subject, signIn);
  const expires = new Date(claims.exp * 1000);
  response.cookie(REFRESH_COOKIE, token, { ...authCookie(request), expires });
  return expires;
}

export function forgetSignIn(request: Request, response: Response): void {
  response.clearCookie(REFRESH_COOKIE, authCookie(request));
}

/** The refresh token that the browser has brought. */
export function refreshCookie(request: Request): string | null {
  return cookieOf(request, REFRESH_COOKIE);
}

export function cookieOf(request: Request, name: string): string | null {
  return parseCookie(request.headers.cookie ?? '')[name] ?? null;
}

/** No script can read it, no other site can make a browser send it, and only `/auth` ever gets it. */
export function authCookie(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', path: '/auth', secure: request.secure };
}
