/** `claude-webui users`: who may sign in. A running server notices at once. */
import { join } from 'node:path';
import { randomPassword } from '../auth/password-rule';
import { USER_ROLES } from '../auth/roles';
import { USERNAME } from '../auth/username-rule';
import { Users } from '../auth/users';
import { ConfigError } from '../config/config';
import { configFromEnvironment } from '../config/environment';
import type { Command } from './command';

const USAGE = `Usage:
  claude-webui users list
  claude-webui users add <name> [${USER_ROLES.join('|')}]   role: user, if none is given
  claude-webui users reset <name>                  a new password
  claude-webui users disable <name>
  claude-webui users enable <name>`;

/** What a person must correct. */
class UsageError extends Error {}

export const runUsers: Command = async (args, io) => {
  try {
    const users = Users.open(join(configFromEnvironment().dataDirectory, 'users.json'));
    io.out(await run(users, args));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
    io.err(error.message);
    return 1;
  }
};

async function run(users: Users, [command, name = '', role = 'user']: string[]): Promise<string> {
  switch (command) {
    case 'list':
      return users
        .list()
        .map((user) => `${user.username}\t${user.role}${user.disabled ? '\tdisabled' : ''}`)
        .join('\n');
    case 'add':
      return add(users, name, role);
    case 'reset': {
      const password = randomPassword();
      await users.changePassword(idOf(users, name), password);
      return `The password of ${name} is now ${password} (shown only this once).`;
    }
    case 'disable':
    case 'enable':
      await users.setDisabled(idOf(users, name), command === 'disable');
      return `${name} is ${command}d.`;
    default:
      throw new UsageError(USAGE);
  }
}

async function add(users: Users, name: string, wanted: string): Promise<string> {
  const role = USER_ROLES.find((known) => known === wanted);
  if (role === undefined || !USERNAME.test(name)) throw new UsageError(USAGE);
  if (users.list().some(({ username }) => username === name)) throw new UsageError(`There is a user ${name} already.`);
  const password = randomPassword();
  await users.add(name, role, password);
  return `${name} signs in with the password ${password} (shown only this once).`;
}

function idOf(users: Users, name: string): string {
  const user = users.list().find(({ username }) => username === name);
  if (user === undefined) throw new UsageError(name === '' ? USAGE : `There is no user ${name}.`);
  return user.id;
}
