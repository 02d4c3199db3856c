import type { RunnerScope } from '@claude-webui/protocol';
import { RUNNER_TOKEN_AUDIENCE } from '@claude-webui/protocol';
import { verify } from 'jsonwebtoken';

/** By how much the clocks of a gateway and this pod may differ. */
export const CLOCK_TOLERANCE_SECONDS = 90;

const SCOPES: readonly string[] = ['drive', 'view', 'files', 'control'] satisfies RunnerScope[];

/** What an `Authorization` header permits on this session; null for anything but a good token of its own key. */
export function scopeOf(header: string | undefined, sessionId: string, key: string): RunnerScope | null {
  const token = /^Bearer (.+)$/.exec(header ?? '')?.[1];
  if (token === undefined) return null;
  try {
    const claims = verify(token, key, {
      algorithms: ['HS256'],
      audience: RUNNER_TOKEN_AUDIENCE,
      subject: sessionId,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    const scope: unknown = typeof claims === 'string' ? null : claims['scope'];
    return typeof claims !== 'string' && claims.exp !== undefined && isScope(scope) ? scope : null;
  } catch {
    return null;
  }
}

function isScope(scope: unknown): scope is RunnerScope {
  return typeof scope === 'string' && SCOPES.includes(scope);
}
