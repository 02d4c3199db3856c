import { Authority } from '../auth/authority';
import type { Keyset } from '../auth/keyset';
import { Revocations } from '../auth/revocations';
import type { Standing } from '../auth/standing';

/** Nobody is disabled, and everybody is what was said of them. */
export const EVERYBODY: Standing = { isLetIn: () => true, roleOf: (_id, given) => given };

/** Before which nothing ends but by time, by key and by being revoked. */
export function authorityOf(
  keyset: Keyset,
  { revocations = new Revocations(), standing = EVERYBODY, now = Date.now } = {},
): Authority {
  return new Authority(keyset, revocations, standing, now);
}
