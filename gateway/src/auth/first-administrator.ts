import { randomPassword } from './password-rule';
import type { Users } from './users';

const USERNAME = 'admin';

/**
 * Makes the administrator of a server without users, with the given password or a made-up one. Returns the made-up one,
 * to be shown once: it is nowhere else. Null if there is none to show.
 */
export async function ensureAdministrator(
  users: Users,
  password: string | null,
): Promise<{ username: string; password: string } | null> {
  if (!users.isEmpty || users.keptElsewhere !== null) return null;
  const chosen = password ?? randomPassword();
  await users.add(USERNAME, 'admin', chosen);
  return password === null ? { username: USERNAME, password: chosen } : null;
}
