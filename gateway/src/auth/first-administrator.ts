import { randomPassword } from './password-rule';
import type { Users } from './users';

const USERNAME = 'admin';

export interface FirstAdministrator {
  /** To be shown once, for it is nowhere else; null if none was made up. */
  madeUp: { username: string; password: string } | null;
  /** For the person who starts the server. */
  warnings: string[];
}

/** Makes the administrator of a server without users, with the given password or a made-up one. */
export async function ensureAdministrator(users: Users, password: string | null): Promise<FirstAdministrator> {
  if (!users.isEmpty || users.keptElsewhere !== null) {
    return { madeUp: null, warnings: password === null ? [] : [passwordUnused()] };
  }
  const chosen = password ?? randomPassword();
  await users.add(USERNAME, 'admin', chosen);
  return { madeUp: password === null ? { username: USERNAME, password: chosen } : null, warnings: [] };
}

function passwordUnused(): string {
  return (
    'CLAUDE_WEBUI_ADMIN_PASSWORD has no effect, because there are users already: it is the password of the very first one. ' +
    `To change a password run "npm run claude-webui -- users passwd ${USERNAME}"; then unset the variable.`
  );
}
