import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { RUNNER_TOKEN_AUDIENCE } from '@claude-webui/protocol';
import { verify } from 'jsonwebtoken';
import { CLOCK_TOLERANCE_SECONDS } from '../attach-server/token';

/**
 * The session that an `Authorization` header lets this one pod be bound to by this one body; null for anything but a good
 * token of a gateway.
 */
export function boundSession(
  header: string | undefined,
  body: Buffer,
  { podUid, bindKey }: { podUid: string; bindKey: KeyObject },
): string | null {
  const token = /^Bearer (.+)$/.exec(header ?? '')?.[1];
  if (token === undefined) return null;
  try {
    const claims = verify(token, bindKey, {
      algorithms: ['ES256'],
      audience: RUNNER_TOKEN_AUDIENCE,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    if (typeof claims === 'string' || claims.exp === undefined || claims['scope'] !== 'bind') return null;
    if (claims['pod'] !== podUid || claims['sha256'] !== createHash('sha256').update(body).digest('hex')) return null;
    return claims.sub ?? null;
  } catch {
    return null;
  }
}
