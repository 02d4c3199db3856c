/** `claude-webui policy`: whether a policy file is right, and what it comes to. */
import { parseArgs } from 'node:util';
import type { UserRole } from '../auth/roles';
import { USER_ROLES } from '../auth/roles';
import { explain } from '../policy/explain';
import { PolicyError, told } from '../policy/parse';
import type { Policy } from '../policy/policy';
import { readPolicy } from '../policy/policy-file';
import type { Command, CommandIo } from './command';

const USAGE = `Usage:
  claude-webui policy test FILE [--role ${USER_ROLES.join('|')}]   says what a role may do; without one, all of them
  claude-webui policy settings FILE --role ROLE        prints Claude Code's managed settings for a role, as JSON
Exit codes: 0 the policy is right, 1 it is wrong or cannot be read, 2 the command is not understood`;

export const runPolicy: Command = ([command, ...args], io) => Promise.resolve(run(command, args, io));

function run(command: string | undefined, args: string[], io: CommandIo): number {
  const options = parse(args);
  const isKnown = command === 'test' || (command === 'settings' && options?.role !== undefined);
  if (options === null || !isKnown) {
    io.err(USAGE);
    return 2;
  }
  const policy = read(options.file, io);
  if (policy === null) return 1;
  const { role } = options;
  if (command === 'settings' && role !== undefined) {
    io.out(JSON.stringify(policy.session(role).claudeSettings, null, 2));
    return 0;
  }
  for (const one of role === undefined ? USER_ROLES : [role]) for (const line of explain(policy, one)) io.out(line);
  return 0;
}

function read(file: string, io: CommandIo): Policy | null {
  try {
    return readPolicy(file);
  } catch (error) {
    if (error instanceof PolicyError) for (const problem of error.problems) io.err(told(file, problem));
    else io.err(`The policy file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function parse(args: string[]): { file: string; role: UserRole | undefined } | null {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { role: { type: 'string' } } });
    const [file, ...more] = positionals;
    const role = USER_ROLES.find((known) => known === values.role);
    if (file === undefined || more.length > 0 || (values.role !== undefined && role === undefined)) return null;
    return { file, role };
  } catch {
    return null;
  }
}
