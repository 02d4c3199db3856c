/** From the provider's groups to roles: `admins=admin,developers=user,*=viewer`. */
import type { UserRole } from '../roles';
import { USER_ROLES } from '../roles';

/** Stands for everybody whom the provider knows, with groups or without. */
const EVERYBODY = '*';

export type RoleMap = readonly { group: string; role: UserRole }[];

/** The entries of a list, or null if one of them is none. A group's name may hold `=`, but no comma. */
export function parseRoleMap(text: string): RoleMap | null {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  return entries.includes(null) ? null : entries.filter((entry) => entry !== null);
}

function parseEntry(entry: string): RoleMap[number] | null {
  const at = entry.lastIndexOf('=');
  const group = entry.slice(0, Math.max(at, 0)).trim();
  const role = USER_ROLES.find((name) => name === entry.slice(at + 1).trim());
  return group === '' || role === undefined ? null : { group, role };
}

/** The highest role that any of the groups has; null: none. */
export function roleOf(groups: readonly string[], map: RoleMap): UserRole | null {
  const given = map.filter(({ group }) => group === EVERYBODY || groups.includes(group)).map(({ role }) => role);
  return USER_ROLES.findLast((role) => given.includes(role)) ?? null;
}
