import type { KeyObject } from 'node:crypto';
import { createHash, createHmac } from 'node:crypto';
import type { BindClaims, BindRequest } from '@claude-webui/protocol';
import { BIND_PATH, RUNNER_TOKEN_AUDIENCE, RUNNER_TOKEN_SECONDS } from '@claude-webui/protocol';
import { sign } from 'jsonwebtoken';

/** A CLI that is started anew for its session takes a second or two. Milliseconds. */
const BIND_TIMEOUT_MS = 15_000;

/** What came of a bind. `refused`: this pod does not take our word. `taken`: it is another session's. */
export type BindOutcome = 'bound' | 'refused' | 'taken' | 'unreachable';

/** Tells a pod whose it is (protocol/src/pod.ts). */
export async function bind(
  pod: { endpoint: string; podUid: string },
  request: BindRequest,
  key: KeyObject,
  signal: AbortSignal,
): Promise<BindOutcome> {
  const body = JSON.stringify(request);
  const claims: BindClaims = {
    scope: 'bind',
    pod: pod.podUid,
    sha256: createHash('sha256').update(body).digest('hex'),
  };
  const token = sign(claims, key, {
    algorithm: 'ES256',
    audience: RUNNER_TOKEN_AUDIENCE,
    subject: request.sessionId,
    expiresIn: RUNNER_TOKEN_SECONDS,
  });
  try {
    const answer = await fetch(pod.endpoint + BIND_PATH, {
      method: 'PUT',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      // The request holds the session's keys, and whoever answers may be the session's program.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(BIND_TIMEOUT_MS)]),
    });
    const { status } = answer;
    // Nothing in it is of interest, and it may be without an end.
    await answer.body?.cancel();
    if (status === 204) return 'bound';
    if (status === 409) return 'taken';
    return status === 401 || status === 400 ? 'refused' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/**
 * The key of a session's runner tokens, made from the gateways' own key: every gateway knows it, also one that has nothing but
 * the session's name from the cluster.
 */
export function derivedAttachKey(key: KeyObject, sessionId: string): string {
  const secret = key.export({ type: 'pkcs8', format: 'der' });
  return createHmac('sha256', secret).update(sessionId).digest('base64url');
}
