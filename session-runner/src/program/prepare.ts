import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionEnd, SessionSpec } from '@claude-webui/protocol';
import { findClaude } from '../claude/binary';
import { Conversation } from '../claude/conversation';
import { HookWatch } from '../claude/hooks';
import { CLAUDE_ENVIRONMENT, EVENTS_VARIABLE, claudeSettings, claudeState, isRecord } from '../claude/settings';
import { readRegularFile, replaceFile } from '../files/private-file';
import { SANDBOX_GROUP, SANDBOX_USER, confine, sandboxPasswd } from '../confinement/bubblewrap';
import { SESSION_MARKER } from '../processes/session-processes';
import type { Command } from './command';
import { whyNotExecutable } from './executable';

/** A program ready to be started in its own directory. */
export interface Prepared {
  command: Command;
  /** Tells what Claude does; null for a plain program. */
  hooks: HookWatch | null;
  /** Removes the directory unless it is to persist. May be called twice. */
  close(): Promise<void>;
}

const SHELL = '/bin/bash';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** `~/.claude.json` holds a history of prompts and grows; one above this is begun anew. */
const MAX_STATE_BYTES = 16 * 1024 * 1024;
const PRIVATE = { recursive: true, mode: 0o700 };

/** Folders of a session, all below `spec.directory`. */
function layout(directory: string) {
  return {
    home: join(directory, 'home'),
    workspace: join(directory, 'workspace'),
    temporary: join(directory, 'tmp'),
    events: join(directory, 'events'),
    system: join(directory, 'system'),
  };
}

/** The part of a session's directory that its person's files are in. */
export const workspaceOf = (spec: SessionSpec): string => layout(spec.directory).workspace;

/** Makes the session's directory and the command to run in it. */
export function prepareProgram(spec: SessionSpec): Prepared | { problem: SessionEnd } {
  const file = spec.program.path ?? (spec.program.kind === 'claude' ? findClaude() : null);
  if (file === null) return { problem: { reason: 'cli-not-installed', exitCode: null } };
  const detail = whyNotExecutable(file);
  if (detail !== null) return { problem: { reason: 'cli-not-installed', exitCode: null, detail } };

  mkdirSync(spec.directory, PRIVATE);
  // Claude Code asks for trust in the folder behind links, so links would bring the question back.
  const folders = layout(realpathSync(spec.directory));
  // An earlier session's last events are not this one's.
  rmSync(folders.events, { force: true, recursive: true });
  for (const folder of Object.values(folders)) mkdirSync(folder, PRIVATE);
  const plain: Command = {
    file,
    args: spec.program.args,
    env: environment(spec, folders),
    cwd: folders.workspace,
  };
  const hooks = spec.program.kind === 'claude' ? new HookWatch(folders.events) : null;
  const command = hooks === null ? plain : seedClaude(spec, plain, folders, hooks);
  return {
    command: spec.program.confinement === 'bubblewrap' ? confined(command, folders) : command,
    hooks,
    close: async () => {
      hooks?.close();
      if (!spec.persistent) await rm(spec.directory, { recursive: true, force: true });
    },
  };
}

/** All of the program's environment: nothing of the runner's own gets through. */
function environment(spec: SessionSpec, folders: ReturnType<typeof layout>): Record<string, string> {
  return {
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    HOME: folders.home,
    USER: SANDBOX_USER,
    LOGNAME: SANDBOX_USER,
    SHELL,
    PATH: `${folders.home}/.local/bin:${PATH}`,
    TMPDIR: spec.program.confinement === 'bubblewrap' ? '/tmp' : folders.temporary,
    [SESSION_MARKER]: spec.sessionId,
    ...(spec.program.kind === 'claude' ? { ...CLAUDE_ENVIRONMENT, [EVENTS_VARIABLE]: folders.events } : {}),
    ...spec.program.env,
  };
}

function seedClaude(
  spec: SessionSpec,
  command: Command,
  folders: ReturnType<typeof layout>,
  hooks: HookWatch,
): Command {
  const stateFile = join(folders.home, '.claude.json');
  const settingsFile = join(folders.system, 'settings.json');
  replaceFile(stateFile, JSON.stringify(claudeState(readState(stateFile), folders.workspace)));
  writeFileSync(settingsFile, JSON.stringify(claudeSettings()), { mode: 0o600 });
  const conversation = Conversation.of(spec.directory, folders.home);
  hooks.subscribe((event) => {
    if (event.type === 'conversation') conversation.moveTo(event.id);
  });
  return { ...command, args: [...command.args, '--settings', settingsFile, ...conversation.arguments] };
}

function confined(command: Command, folders: ReturnType<typeof layout>): Command {
  const passwd = join(folders.system, 'passwd');
  const group = join(folders.system, 'group');
  writeFileSync(passwd, sandboxPasswd(folders.home, SHELL));
  writeFileSync(group, SANDBOX_GROUP);
  // The file behind links, for inside the sandbox the links are not there.
  const file = realpathSync(command.file);
  return confine(
    { ...command, file },
    {
      readWrite: [folders.home, folders.workspace, folders.events],
      readOnly: [folders.system, file],
      temporary: folders.temporary,
      passwd,
      group,
    },
  );
}

function readState(file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(readRegularFile(file, MAX_STATE_BYTES) ?? '{}');
    return isRecord(content) ? content : {};
  } catch {
    return {};
  }
}
