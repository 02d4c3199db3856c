/** Sign-in at an OpenID provider: authorization code with PKCE. Holds no state of sign-ins that are under way. */
import { isNativeError } from 'node:util/types';
import * as client from 'openid-client';
import type { ErrorCode } from '../../errors';
import { AppError } from '../../errors';
import type { Subject } from '../claims';
import type { PendingSignIn } from './pending-sign-in';
import { PENDING_SECONDS } from './pending-sign-in';
import type { PersonRules } from './person';
import { personOf } from './person';

/** Clocks of the provider and the gateway may differ by as much. Seconds. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** For one answer of the provider, while a person waits. Seconds. */
const ANSWER_TIMEOUT_SECONDS = 10;
/** What one line of the log has of a provider's words. */
const MAX_REASON_CHARACTERS = 200;

export interface OidcSettings extends PersonRules {
  /** What people call the provider; on the sign-in page's button. */
  name: string;
  /** https, or http on this machine. */
  issuer: string;
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  /** Separated by spaces; with `openid`. */
  scopes: string;
  /** Where the provider sends people back to, `…/auth/oidc/callback`. */
  redirectUri: string;
}

/** A sign-in that the provider vouches for. */
export interface ProvenPerson {
  subject: Subject;
  /** Tells the provider at the end whose sign-in that is. */
  idToken: string;
}

/** Why a sign-in came to nothing: what the person is told, and beside it what the log may have. */
export class OidcRefusal extends AppError {
  constructor(
    code: ErrorCode,
    /** Of the library or the provider; without codes, tokens or names. */
    readonly reason: string,
  ) {
    super(code);
  }
}

export class OidcProvider {
  private discovered: Promise<client.Configuration> | null = null;

  constructor(
    private readonly settings: OidcSettings,
    private readonly now: () => number = Date.now,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  /** Where to send the browser, and what it has to bring back. @throws OidcRefusal provider-unreachable */
  async begin(): Promise<{ url: URL; pending: PendingSignIn }> {
    const configuration = await this.configuration();
    const pending = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
      expiresAt: this.now() + PENDING_SECONDS * 1000,
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.settings.redirectUri,
      scope: this.settings.scopes,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, pending };
  }

  /**
   * Who came back with this query.
   * @throws OidcRefusal provider-unreachable, provider-refused, sign-in-interrupted
   * @throws AppError no-role
   */
  async complete(query: URLSearchParams, pending: PendingSignIn): Promise<ProvenPerson> {
    const configuration = await this.configuration();
    const answer = new URL(this.settings.redirectUri);
    answer.search = query.toString();
    const { idToken, issuer, claims } = await this.redeem(configuration, answer, pending).catch(refuse);
    return { subject: personOf(claims, { issuer, sub: claims.sub }, this.settings), idToken };
  }

  /** Where the browser ends the sign-in at the provider, which then sends it back here; null if that offers no such thing. */
  async endSessionUrl(idToken: string | null): Promise<URL | null> {
    const configuration = await this.configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
    return client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: new URL('/', this.settings.redirectUri).href,
      ...(idToken === null ? {} : { id_token_hint: idToken }),
    });
  }

  private async redeem(configuration: client.Configuration, answer: URL, pending: PendingSignIn) {
    const tokens = await client.authorizationCodeGrant(configuration, answer, {
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.codeVerifier,
    });
    const idClaims = tokens.claims();
    if (idClaims === undefined || tokens.id_token === undefined) throw new Error('the provider sent no ID token');
    const { groupsClaim, usernameClaim } = this.settings;
    const isWhole = groupsClaim in idClaims && usernameClaim in idClaims;
    const asks = !isWhole && configuration.serverMetadata().userinfo_endpoint !== undefined;
    const info = asks ? await client.fetchUserInfo(configuration, tokens.access_token, idClaims.sub) : {};
    return { idToken: tokens.id_token, issuer: idClaims.iss, claims: { ...info, ...idClaims } };
  }

  /** Asked for when first needed and until it is known: the provider's absence must not keep the gateway from starting. */
  private configuration(): Promise<client.Configuration> {
    this.discovered ??= this.discover().catch((error: unknown) => {
      this.discovered = null;
      throw new OidcRefusal('provider-unreachable', reasonOf(error));
    });
    return this.discovered;
  }

  private discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const authentication = clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret);
    // The settings allow http on loopback only.
    const isLocal = new URL(issuer).protocol === 'http:';
    return client.discovery(
      new URL(issuer),
      clientId,
      { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
      authentication,
      {
        timeout: ANSWER_TIMEOUT_SECONDS,
        // An ID token's signature counts also where TLS already says whose it is.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to stand out
        execute: [client.enableNonRepudiationChecks, ...(isLocal ? [client.allowInsecureRequests] : [])],
      },
    );
  }
}

function refuse(error: unknown): never {
  throw new OidcRefusal(codeOf(error), reasonOf(error));
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') return 'sign-in-interrupted';
  if (!(error instanceof client.ClientError))
    return isNetworkError(error) ? 'provider-unreachable' : 'provider-refused';
  switch (error.code) {
    // Another state or another nonce than the one that was sent.
    case 'OAUTH_INVALID_RESPONSE':
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return 'sign-in-interrupted';
    case 'OAUTH_TIMEOUT':
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
    case undefined:
      return 'provider-unreachable';
    default:
      return 'provider-refused';
  }
}

/** Undici throws a TypeError where there is no answer. */
const isNetworkError = (error: unknown) => error instanceof TypeError;

/** Not the error itself: its causes hold the code or the whole answer. */
function reasonOf(error: unknown): string {
  const told =
    error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError
      ? [error.error]
      : messagesOf(error);
  return told.join(': ').slice(0, MAX_REASON_CHARACTERS);
}

function messagesOf(error: unknown): string[] {
  return isNativeError(error) ? [error.message, ...messagesOf(error.cause)] : [];
}
