#!/usr/bin/env node
/** `claude-webui <command>`: what an administrator does beside the running server. */
import { runAudit } from './audit';
import type { Command } from './command';
import { runPolicy } from './policy';
import { runUsers } from './users';
import { runWorkspaces } from './workspaces';

const COMMANDS: Record<string, Command> = {
  audit: runAudit,
  policy: runPolicy,
  users: runUsers,
  workspaces: runWorkspaces,
};

async function main([name = '', ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    console.error(
      `Usage:\n${Object.keys(COMMANDS)
        .map((known) => `  claude-webui ${known} …`)
        .join('\n')}`,
    );
    return 1;
  }
  return command(args, { stdin: process.stdin, out: (text) => console.log(text), err: (text) => console.error(text) });
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
