/**
 * A session-runner in a pod, started before anybody knows whose it will be. What else it serves is in runner-link.ts; this is
 * how it learns its session, and what the cluster asks of it.
 *
 * - `PUT :7681/session`: binds the runner to a session; body `BindRequest`, `Authorization: Bearer` an ES256 JWT of `BindClaims`.
 *   204 done, and again for the same session; 400 not understood; 401 a bad token; 409 another session's already.
 * - `GET :9464/status`: `PodStatus`. `GET :9464/metrics`: Prometheus. No token; the cluster's network policy says who may ask.
 */
import type { SessionCommand, SessionPolicy } from './policy';
import type { RunnerReport, SessionLimits } from './runner-link';
import type { TerminalSize } from './session';

export const BIND_PATH = '/session';
export const STATUS_PATH = '/status';

/** What gateways sign, with the cluster's private key (P-256). Audience, subject and expiry are as in a runner token. */
export interface BindClaims {
  scope: 'bind';
  /** `metadata.uid` of the one pod for which the token is good. */
  pod: string;
  /** SHA-256 of the body, hex. */
  sha256: string;
}

/** What makes a runner somebody's session. */
export interface BindRequest {
  sessionId: string;
  /** Signs and verifies this session's runner tokens from now on. */
  attachKey: string;
  size: TerminalSize;
  /**
   * Environment of the CLI. `ANTHROPIC_BASE_URL` and `ANTHROPIC_AUTH_TOKEN` stay with the runner, which makes the CLI's model
   * calls; a CLI that was started with all the rest is taken as it is, any other is started anew.
   */
  env: Record<string, string>;
  limits: Pick<
    SessionLimits,
    'idleTimeoutMs' | 'idleWarningMs' | 'detachGraceMs' | 'detachMaxWorkMs' | 'scrollbackLines'
  >;
  /** A CLI that was started with other settings, other arguments or in another program's place is started anew. */
  command: SessionCommand;
  policy: SessionPolicy;
}

/** A pod as the operator asks for it. */
export interface PodStatus {
  bound: boolean;
  sessionId: string | null;
  /** Null while unbound. */
  report: RunnerReport | null;
  /** Whether the CLI is at its prompt, or beyond. */
  cliReady: boolean;
}
