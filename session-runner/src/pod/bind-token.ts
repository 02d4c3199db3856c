import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { RUNNER_TOKEN_AUDIENCE } from '@claude-webui/protocol';
import type { JwtPayload } from 'jsonwebtoken';
import { verify } from 'jsonwebtoken';
import { CLOCK_TOLERANCE_SECONDS } from '../attach-server/token';

type PodKey = { podUid: string; bindKey: KeyObject };

/** The session that an `Authorization` header lets this one pod be bound to by this one body; null for any other body or header. */
export function boundSession(header: string | undefined, body: Buffer, pod: PodKey): string | null {
  const claims = bindClaims(header, pod);
  if (claims?.['sha256'] !== createHash('sha256').update(body).digest('hex')) return null;
  return claims.sub ?? null;
}

/** What a gateway's token for this pod says; null for anything but a good one. It is good for one body only, which is yet to be compared. */
export function bindClaims(header: string | undefined, { podUid, bindKey }: PodKey): JwtPayload | null {
  const token = /^Bearer (.+)$/.exec(header ?? '')?.[1];
  if (token === undefined) return null;
  try {
    const claims = verify(token, bindKey, {
      algorithms: ['ES256'],
      audience: RUNNER_TOKEN_AUDIENCE,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    if (typeof claims === 'string' || claims.exp === undefined) return null;
    return claims['scope'] === 'bind' && claims['pod'] === podUid ? claims : null;
  } catch {
    return null;
  }
}
