import { ApiError } from './problem';

export interface User {
  id: string;
  username: string;
  role: 'viewer' | 'user' | 'admin';
}

/** An access token, timed by this browser's clock, which may be hours off the server's. */
export interface Access {
  token: string;
  user: User;
  /** Milliseconds since the epoch, by this browser's clock. */
  expiresAt: number;
  lifetimeMs: number;
}

/** A token is renewed when less than this is left of it, or half its lifetime where that is shorter. */
const RENEW_BEFORE_MS = 60_000;

/**
 * The access token of an answer.
 * @param sentAt when the server sent it, by its own clock; NaN if it does not say
 * @throws ApiError for what is no such answer, as a proxy on the way may give
 */
export function parseAccess(body: unknown, sentAt: number, now: number): Access {
  const { token, expiresAt, user } = fieldsOf(body);
  const { id, username, role } = fieldsOf(user);
  const end = typeof expiresAt === 'string' ? Date.parse(expiresAt) : NaN;
  if (
    typeof token !== 'string' ||
    typeof id !== 'string' ||
    typeof username !== 'string' ||
    !isRole(role) ||
    isNaN(end)
  )
    throw new ApiError('unknown', 'The server’s answer was not understood. Try again in a moment.', 502);
  const lifetimeMs = Math.max(0, end - (isNaN(sentAt) ? now : sentAt));
  return { token, user: { id, username, role }, expiresAt: now + lifetimeMs, lifetimeMs };
}

/** How long until it should be renewed, in milliseconds; 0 or less: now. */
export function renewalIn({ expiresAt, lifetimeMs }: Access, now: number): number {
  return expiresAt - Math.min(RENEW_BEFORE_MS, lifetimeMs / 2) - now;
}

/** Whether it lasts long enough to be used for a request that is sent now. */
export function isUsable({ expiresAt, lifetimeMs }: Access, now: number): boolean {
  return expiresAt - now > Math.min(RENEW_BEFORE_MS, lifetimeMs / 2) / 2;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const isRole = (role: unknown): role is User['role'] => role === 'viewer' || role === 'user' || role === 'admin';
