/** The gateway's JSON Web Tokens: for people (access, refresh) and for one session's model calls. */
import { randomUUID } from 'node:crypto';
import type { JwtPayload } from 'jsonwebtoken';
import { TokenExpiredError, decode, sign, verify } from 'jsonwebtoken';
import { problem } from '../errors';
import type { Access } from './access';
import type { Authority, Person } from './authority';
import type { Claims, SignIn, Subject } from './claims';
import { claimsSchema } from './claims';
import type { Keyset } from './keyset';

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

export class Tokens {
  constructor(
    private readonly keyset: Keyset,
    private readonly authority: Authority,
    private readonly lifetimes: { accessSeconds: number; signInSeconds: number },
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
  verifyAccess(token: string): Access<Person> {
    const access = this.authority.person(this.verifyPerson(token, AUDIENCE.access));
    const lapse = access.lapse();
    if (lapse !== null) throw problem(lapse);
    return access;
  }

  /** @throws AppError unauthorized, token-expired, signed-out */
  verifyRefresh(token: string): Claims {
    const claims = this.verifyPerson(token, AUDIENCE.refresh);
    if (!this.authority.isSignedIn(claims)) throw problem('signed-out');
    return claims;
  }

  /** The session the token is for. Whether that lives is the caller's to ask. @throws AppError unauthorized */
  verifyModel(token: string): string {
    const { sub } = this.verify(token, AUDIENCE.model).payload;
    if (sub === undefined) throw problem('unauthorized');
    return sub;
  }

  /** Whether a token is signed by a key that signs no more, and goes when that is withdrawn. */
  isOutdated(claims: Claims): boolean {
    return claims.signedBy !== this.keyset.markOf(this.keyset.signing().active);
  }

  /** Ends a sign-in, with all tokens of it. */
  revoke(claims: Claims): void {
    this.authority.endSignIn(claims, this.signInExpiry({ id: claims.sid, at: claims.auth_time }) * 1000);
  }

  private verifyPerson(token: string, audience: string): Claims {
    const { payload, signedBy } = this.verify(token, audience);
    const parsed = claimsSchema.safeParse(payload);
    if (!parsed.success) throw problem('unauthorized');
    return { ...parsed.data, signedBy };
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
