/** What the tokens of people say. */
import * as z from 'zod';
import type { UserRole } from './roles';
import { USER_ROLES } from './roles';

/** One act of signing in; all its tokens share it. */
export interface SignIn {
  id: string;
  /** Seconds since the epoch. */
  at: number;
}

/** Whom a token is for. */
export interface Subject {
  id: string;
  username: string;
  role: UserRole;
  /** Of whose password, in seconds since the epoch; a sign-in ends with the password it was made by. */
  passwordChangedAt?: number;
  /** Who vouches for them, if it is not the user store. */
  provider?: 'oidc' | undefined;
}

export const claimsSchema = z.object({
  /** User id. */
  sub: z.string(),
  /** User name. */
  name: z.string(),
  role: z.enum(USER_ROLES),
  /** Where they signed in, if not here. */
  idp: z.literal('oidc').optional(),
  /** Since when the password is theirs by which they signed in, as the user store has it. */
  pwd_at: z.int().optional(),
  /** The sign-in. */
  sid: z.string(),
  /** When that was, in seconds since the epoch. */
  auth_time: z.int(),
  jti: z.string(),
  iat: z.int(),
  /** Seconds since the epoch. */
  exp: z.int(),
});

/** What a verified access or refresh token says, and which key (Keyset.markOf) has signed it. */
export type Claims = z.infer<typeof claimsSchema> & { signedBy: string };
