/** `claude-webui users`: who may sign in. A running server notices at once. */
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, randomPassword } from '../auth/password-rule';
import { USER_ROLES } from '../auth/roles';
import { USERNAME } from '../auth/username-rule';
import { Users } from '../auth/users';
import { ConfigError } from '../config/config';
import { configFromEnvironment } from '../config/environment';
import { providerOf } from '../secrets/open-secrets';
import { whereUsersAreChanged } from '../secrets/secret-users';
import type { Command } from './command';

const USAGE = `Usage: claude-webui users [--file FILE] [--password-stdin] COMMAND
  list
  add <name> [${USER_ROLES.join('|')}]   role: user, if none is given
  passwd <name>                  a new password
  disable <name>
  enable <name>
FILE: in the place of the server's own users, such as one to be put into a secret.
--password-stdin: the password is the first line of the standard input; otherwise one is made up and shown.`;

/** What a person must correct. */
class UsageError extends Error {}

/** What a command works with. */
interface Work {
  users: Users;
  /** The password that a person is to have, and the words that tell it, if anybody has to be told. */
  password(): Promise<{ password: string; told: string }>;
}

export const runUsers: Command = async (args, io) => {
  try {
    const { values, positionals } = parse(args);
    const fromStdin = values['password-stdin'] === true;
    const password = fromStdin ? () => typed(io.stdin) : () => Promise.resolve(madeUp());
    io.out(await run({ users: usersIn(values.file), password }, positionals));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
    io.err(error.message);
    return 1;
  }
};

function parse(args: string[]) {
  try {
    const options = { file: { type: 'string' }, 'password-stdin': { type: 'boolean' } } as const;
    return parseArgs({ args, allowPositionals: true, options });
  } catch {
    throw new UsageError(USAGE);
  }
}

function usersIn(file: string | undefined): Users {
  if (file !== undefined) return Users.open(resolve(file));
  const { secrets, dataDirectory } = configFromEnvironment();
  if (secrets.users === 'file') return Users.open(join(dataDirectory, 'users.json'));
  const where = whereUsersAreChanged(providerOf(secrets.source));
  throw new UsageError(`${where} What it holds can be written with "claude-webui users --file FILE".`);
}

function madeUp(): { password: string; told: string } {
  const password = randomPassword();
  return { password, told: `: ${password} (shown only this once)` };
}

async function typed(stdin: Readable): Promise<{ password: string; told: string }> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > MAX_PASSWORD_LENGTH) break;
  }
  const [password = ''] = text.split(/\r?\n/);
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH)
    throw new UsageError(`A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`);
  return { password, told: '' };
}

async function run(work: Work, [command, name = '', role = 'user']: string[]): Promise<string> {
  const { users } = work;
  switch (command) {
    case 'list':
      return users
        .list()
        .map((user) => `${user.username}\t${user.role}${user.disabled ? '\tdisabled' : ''}`)
        .join('\n');
    case 'add':
      return add(work, name, role);
    case 'passwd': {
      const id = idOf(users, name);
      const { password, told } = await work.password();
      await users.changePassword(id, password);
      return `${name} has a new password${told}.`;
    }
    case 'disable':
    case 'enable':
      await users.setDisabled(idOf(users, name), command === 'disable');
      return `${name} is ${command}d.`;
    default:
      throw new UsageError(USAGE);
  }
}

async function add(work: Work, name: string, wanted: string): Promise<string> {
  const { users } = work;
  const role = USER_ROLES.find((known) => known === wanted);
  if (role === undefined || !USERNAME.test(name)) throw new UsageError(USAGE);
  if (users.list().some(({ username }) => username === name)) throw new UsageError(`There is a user ${name} already.`);
  const { password, told } = await work.password();
  await users.add(name, role, password);
  return `${name} signs in with a password${told}.`;
}

function idOf(users: Users, name: string): string {
  const user = users.list().find(({ username }) => username === name);
  if (user === undefined) throw new UsageError(name === '' ? USAGE : `There is no user ${name}.`);
  return user.id;
}
