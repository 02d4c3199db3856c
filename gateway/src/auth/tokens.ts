/** The gateway's JSON Web Tokens: for people (access, refresh) and for one session's model calls. */
import { randomUUID } from 'node:crypto';
import type { JwtPayload } from 'jsonwebtoken';
import { TokenExpiredError, decode, sign, verify } from 'jsonwebtoken';
import * as z from 'zod';
import { problem } from '../errors';
import type { Keyset } from './keyset';
import type { Revocations } from './revocations';
import type { Standing } from './standing';
import { USER_ROLES } from './roles';
import type { UserRole } from './roles';

const ISSUER = 'claude-webui';
const AUDIENCE = {
  access: 'claude-webui',
  refresh: 'claude-webui-refresh',
  model: 'claude-webui-model',
} as const;
/** Pinned: what the token itself names is not asked. */
const ALGORITHM = 'HS256';
/**
 * A session cannot be handed a second token, so this one must outlive any session. It is worth something only to its
 * own session, and only while that lives: the model proxy looks.
 */
const MODEL_TOKEN_SECONDS = 30 * 24 * 3600;

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

const claimsSchema = z.object({
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

export class Tokens {
  constructor(
    private readonly keyset: Keyset,
    private readonly revocations: Revocations,
    private readonly lifetimes: { accessSeconds: number; signInSeconds: number },
    private readonly standing: Standing = () => true,
    private readonly now: () => number = Date.now,
  ) {}

  /** A sign-in that begins now. */
  startSignIn(): SignIn {
    return { id: randomUUID(), at: this.nowSeconds() };
  }

  /** Never outlives its sign-in. */
  issueAccess(subject: Subject, signIn: SignIn): { token: string; claims: Claims } {
    const expiry = Math.min(this.nowSeconds() + this.lifetimes.accessSeconds, this.signInExpiry(signIn));
    return this.issueFor(subject, signIn, 'access', expiry);
  }

  /** Lives as long as its sign-in. */
  issueRefresh(subject: Subject, signIn: SignIn): { token: string; claims: Claims } {
    return this.issueFor(subject, signIn, 'refresh', this.signInExpiry(signIn));
  }

  /** For the model calls of one session. */
  issueModel(sessionId: string): string {
    const iat = this.nowSeconds();
    return this.sign({ sub: sessionId, jti: randomUUID(), iat, exp: iat + MODEL_TOKEN_SECONDS }, AUDIENCE.model).token;
  }

  /** @throws AppError unauthorized, token-expired, signed-out */
  verifyAccess(token: string): Claims {
    return this.verifyPerson(token, AUDIENCE.access);
  }

  /** @throws AppError unauthorized, token-expired, signed-out */
  verifyRefresh(token: string): Claims {
    return this.verifyPerson(token, AUDIENCE.refresh);
  }

  /** The session the token is for. Whether that lives is the caller's to ask. @throws AppError unauthorized */
  verifyModel(token: string): string {
    const { sub } = this.verify(token, AUDIENCE.model).payload;
    if (sub === undefined) throw problem('unauthorized');
    return sub;
  }

  /** Whether claims that were verified once still hold, but for the time: not revoked, their key and their person still there. */
  isCurrent(claims: Claims): boolean {
    return (
      this.keyset.holds(claims.signedBy) &&
      !this.revocations.has(claims.jti) &&
      !this.revocations.has(claims.sid) &&
      this.standing(claims)
    );
  }

  /** Whether a token is signed by a key that signs no more, and goes when that is withdrawn. */
  isOutdated(claims: Claims): boolean {
    return claims.signedBy !== this.keyset.markOf(this.keyset.signing().active);
  }

  /** Ends a sign-in, with all tokens of it. */
  revoke(claims: Claims): void {
    this.revocations.revoke(claims.sid, this.signInExpiry({ id: claims.sid, at: claims.auth_time }) * 1000);
  }

  private verifyPerson(token: string, audience: string): Claims {
    const { payload, signedBy } = this.verify(token, audience);
    const parsed = claimsSchema.safeParse(payload);
    if (!parsed.success) throw problem('unauthorized');
    const claims = { ...parsed.data, signedBy };
    if (!this.isCurrent(claims)) throw problem('signed-out');
    return claims;
  }

  private issueFor(
    subject: Subject,
    signIn: SignIn,
    audience: 'access' | 'refresh',
    exp: number,
  ): { token: string; claims: Claims } {
    const claims = {
      sub: subject.id,
      name: subject.username,
      role: subject.role,
      ...(subject.passwordChangedAt === undefined ? {} : { pwd_at: subject.passwordChangedAt }),
      ...(subject.provider === undefined ? {} : { idp: subject.provider }),
      sid: signIn.id,
      auth_time: signIn.at,
      jti: randomUUID(),
      iat: this.nowSeconds(),
      exp,
    };
    const { token, signedBy } = this.sign(claims, AUDIENCE[audience]);
    return { token, claims: { ...claims, signedBy } };
  }

  private sign(claims: object, audience: string): { token: string; signedBy: string } {
    const { active, secret } = this.keyset.signing();
    const token = sign(claims, secret, { algorithm: ALGORITHM, keyid: active, issuer: ISSUER, audience });
    return { token, signedBy: this.keyset.markOf(active) ?? '' };
  }

  private verify(token: string, audience: string): { payload: JwtPayload; signedBy: string } {
    try {
      // Throws, not only returns null, for some of what is no token.
      const kid = decode(token, { complete: true })?.header.kid ?? '';
      const secret = this.keyset.secretOf(kid);
      if (secret === null) throw problem('unauthorized');
      const payload = verify(token, secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience,
        clockTimestamp: this.nowSeconds(),
      });
      if (typeof payload === 'string') throw problem('unauthorized');
      return { payload, signedBy: this.keyset.markOf(kid) ?? '' };
    } catch (error) {
      throw problem(error instanceof TokenExpiredError ? 'token-expired' : 'unauthorized');
    }
  }

  private signInExpiry(signIn: SignIn): number {
    return signIn.at + this.lifetimes.signInSeconds;
  }

  private nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }
}
