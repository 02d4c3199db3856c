/** Who somebody is here, by what an OpenID provider says of them. */
import { createHash } from 'node:crypto';
import { problem } from '../../errors';
import { visibleName } from '../../visible-name';
import type { Subject } from '../claims';
import type { RoleMap } from './role-map';
import { roleOf } from './role-map';

const MAX_NAME_CHARACTERS = 64;

export interface PersonRules {
  usernameClaim: string;
  groupsClaim: string;
  roleMap: RoleMap;
}

/** @throws AppError no-role, provider-refused */
export function personOf(
  claims: Readonly<Record<string, unknown>>,
  { issuer, sub }: { issuer: string; sub: string },
  rules: PersonRules,
): Subject {
  const role = roleOf(groupsIn(claims[rules.groupsClaim]), rules.roleMap);
  if (role === null) throw problem('no-role');
  const username = nameIn(claims[rules.usernameClaim]) ?? nameIn(sub);
  // Nobody in particular, or nobody whom a list or an audit line could name.
  if (sub === '' || username === null) throw problem('provider-refused');
  return { id: userId(issuer, sub), username, role, provider: 'oidc' };
}

/** Providers send a list, or one name by itself. */
function groupsIn(claim: unknown): string[] {
  return (Array.isArray(claim) ? claim : [claim]).filter((group): group is string => typeof group === 'string');
}

function nameIn(claim: unknown): string | null {
  if (typeof claim !== 'string') return null;
  // By code points: half of a pair is none.
  return visibleName(
    Array.from(visibleName(claim) ?? '')
      .slice(0, MAX_NAME_CHARACTERS)
      .join(''),
  );
}

/**
 * A UUID (RFC 9562 version 8) that is always the same for one person of one provider; `sub` alone is unique only within
 * its issuer, and user ids have one shape everywhere.
 */
function userId(issuer: string, sub: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([issuer, sub]))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Whether an id is of a provider's person: those of the user store are random. */
export const isProvidersId = (id: string) => /^[0-9a-f]{8}-[0-9a-f]{4}-8/.test(id);
