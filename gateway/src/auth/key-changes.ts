import type { AuditEvent } from '../audit/events';
import { GATEWAY } from '../audit/events';
import type { KeysetContent } from './keyset';

/** As many as one audit line names. */
const MAX_WITHDRAWN = 64;

/** What is told of a keyset that was read anew; null if its keys are the same. */
export function keysChanged(before: KeysetContent, now: KeysetContent): AuditEvent | null {
  const withdrawn = [...before.keys].filter(([id, secret]) => now.keys.get(id) !== secret).map(([id]) => id);
  const isSame = withdrawn.length === 0 && before.keys.size === now.keys.size && before.active === now.active;
  if (isSame) return null;
  return { event: 'auth.keys-changed', ...GATEWAY, active: now.active, withdrawn: withdrawn.slice(0, MAX_WITHDRAWN) };
}
