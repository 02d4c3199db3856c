import { lstatSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEnd, SessionSpec } from '@claude-webui/protocol';
import { findClaude } from '../claude/binary';
import { Conversation } from '../claude/conversation';
import { HookWatch } from '../claude/hooks';
import {
  MANAGED_DIRECTORY,
  OWN_FILE,
  isManagedDirectory,
  managedSettings,
  ownHooks,
  writeManagedDirectory,
} from '../claude/managed-settings';
import type { Probe } from '../claude/self-test';
import { cliIdentity } from '../claude/self-test';
import { SettingsWatch } from '../claude/settings-watch';
import { CLAUDE_ENVIRONMENT, EVENTS_VARIABLE, HOOKS, claudeState, isRecord } from '../claude/settings';
import { readRegularFile, replaceFile } from '../files/private-file';
import type { Places } from '../files/put';
import { removeTree } from '../files/remove-tree';
import { SANDBOX_GROUP, SANDBOX_USER, confine, sandboxPasswd } from '../confinement/bubblewrap';
import { SESSION_MARKER } from '../processes/session-processes';
import type { Command } from './command';
import { whyNotExecutable } from './executable';

/** A program ready to be started in its own directory. */
export interface Prepared {
  command: Command;
  /** Tells what Claude does; null for a plain program. */
  hooks: HookWatch | null;
  /** Tells when somebody has changed Claude Code's settings; null where nobody in the session can. */
  settings: SettingsWatch | null;
  /** How to find out whether Claude Code obeys; null for a plain program. */
  probe: Probe | null;
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
    // On the workspace's volume, and nothing that the session sees.
    uploads: join(directory, 'uploads'),
    temporary: join(directory, 'tmp'),
    events: join(directory, 'events'),
    system: join(directory, 'system'),
    managed: join(directory, 'system', 'claude-code'),
  };
}

type Folders = ReturnType<typeof layout>;

/** The parts of a session's directory that its person's files are in, and come through. The directory is there. */
export function placesOf(spec: SessionSpec): Places {
  const { workspace, uploads } = layout(realpathSync(spec.directory));
  return { root: workspace, uploads };
}

/** Makes the session's directory and the command to run in it. Leaves nothing of either if it cannot. */
export function prepareProgram(spec: SessionSpec): Prepared | { problem: SessionEnd } {
  const file = spec.program.path ?? (spec.program.kind === 'claude' ? findClaude() : null);
  if (file === null) return { problem: { reason: 'cli-not-installed', exitCode: null } };
  const detail = whyNotExecutable(file);
  if (detail !== null) return { problem: { reason: 'cli-not-installed', exitCode: null, detail } };

  const open: { close(): void }[] = [];
  try {
    const prepared = prepareIn(spec, file, open);
    if ('problem' in prepared) discard(spec, open);
    return prepared;
  } catch (error) {
    discard(spec, open);
    throw error;
  }
}

/** Closes what a failed start has opened, whose watches would keep the process, and removes its directory. */
function discard(spec: SessionSpec, open: readonly { close(): void }[]): void {
  for (const part of open) part.close();
  if (!spec.persistent) rmSync(spec.directory, { recursive: true, force: true });
}

/** @param open what is to be closed with the program goes here as soon as it is open */
function prepareIn(spec: SessionSpec, file: string, open: { close(): void }[]): Prepared | { problem: SessionEnd } {
  mkdirSync(spec.directory, PRIVATE);
  // Claude Code asks for trust in the folder behind links, so links would bring the question back.
  const folders = layout(realpathSync(spec.directory));
  const isOwn = realpathSync(file).startsWith(`${realpathSync(spec.directory)}/`);
  if (isOwn)
    return { problem: notEnforced(`${file} leads into the session’s own directory, where it can be changed.`) };
  // An earlier session's last events are not this one's, and nobody goes on with its uploads.
  for (const folder of [folders.events, folders.uploads]) rmSync(folder, { force: true, recursive: true });
  for (const folder of Object.values(folders)) {
    mkdirSync(folder, PRIVATE);
    if (lstatSync(folder).isDirectory()) continue;
    return { problem: notEnforced(`${folder} is a link, which may lead out of the session’s directory.`) };
  }
  const { kind, confinement } = spec.program;
  const held = holdSettings(spec, folders);
  const plain: Command = { file, args: spec.program.args, env: environment(spec, folders), cwd: folders.workspace };
  const hooks = kind === 'claude' ? new HookWatch(folders.events) : null;
  if (hooks !== null) open.push(hooks);
  const command = hooks === null ? plain : seedClaude(spec, plain, folders, hooks, held.arguments);
  const settings = held.by === 'image' ? new SettingsWatch(join(folders.managed, OWN_FILE)) : null;
  if (settings !== null) open.push(settings);
  const confineIn = (inner: Command, own: Folders) => (confinement === 'bubblewrap' ? confined(inner, own) : inner);
  return {
    command: confineIn(command, folders),
    hooks,
    settings,
    probe:
      hooks === null
        ? null
        : {
            file,
            cli: cliIdentity(file, held.by),
            deny: denialsOf(spec.policy.claudeSettings),
            confine: (inner, own) => confineIn(inner, { ...folders, ...own, workspace: own.home }),
            // Where the settings are the machine's, those are to be enough.
            settingsArguments: held.by === 'arguments' ? held.arguments : [],
            env: plain.env,
          },
    close: async () => {
      for (const part of open) part.close();
      if (!spec.persistent) await removeTree(spec.directory);
    },
  };
}

function notEnforced(detail: string): SessionEnd {
  return { reason: 'policy-not-enforced', exitCode: null, detail };
}

/**
 * Puts Claude Code's settings where the session cannot loosen them: as the machine's own, by bubblewrap or by an image whose
 * /etc/claude-code leads here; else as arguments, which bind this one CLI and leave the person's own settings beside them.
 */
function holdSettings(
  spec: SessionSpec,
  folders: Folders,
): { by: 'bubblewrap' | 'image' | 'arguments'; arguments: string[] } {
  const hooks = spec.program.kind === 'claude' ? HOOKS : [];
  const { claudeSettings } = spec.policy;
  const isManaged = spec.program.confinement === 'bubblewrap' || isManagedDirectory(folders.managed);
  // As managed hooks some run twice (PostToolUseFailure, 2.1.330); so only where no others run at all.
  const managesHooks = claudeSettings['allowManagedHooksOnly'] === true;
  const file = join(folders.system, 'settings.json');
  const given = isManaged ? { hooks: ownHooks(managesHooks ? [] : hooks) } : managedSettings(claudeSettings, hooks);
  writeFileSync(file, JSON.stringify(given), { mode: 0o600 });
  const settingsArguments = ['--settings', file];
  if (!isManaged) return { by: 'arguments', arguments: settingsArguments };
  const isConfined = spec.program.confinement === 'bubblewrap';
  const settings = managedSettings(claudeSettings, managesHooks ? hooks : []);
  writeManagedDirectory(folders.managed, settings, isConfined ? MANAGED_DIRECTORY : null);
  return { by: isConfined ? 'bubblewrap' : 'image', arguments: settingsArguments };
}

function denialsOf({ permissions }: Record<string, unknown>): string[] {
  const deny = isRecord(permissions) && Array.isArray(permissions['deny']) ? (permissions['deny'] as unknown[]) : [];
  return deny.filter((rule) => typeof rule === 'string');
}

/** All of the program's environment: nothing of the runner's own gets through. What names the session nobody else may set. */
function environment(spec: SessionSpec, folders: Folders): Record<string, string> {
  const isClaude = spec.program.kind === 'claude';
  return {
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    PATH: `${folders.home}/.local/bin:${PATH}`,
    TMPDIR: spec.program.confinement === 'bubblewrap' ? '/tmp' : folders.temporary,
    ...(isClaude ? CLAUDE_ENVIRONMENT : {}),
    ...spec.program.env,
    HOME: folders.home,
    USER: SANDBOX_USER,
    LOGNAME: SANDBOX_USER,
    SHELL,
    [SESSION_MARKER]: spec.sessionId,
    ...(isClaude ? { [EVENTS_VARIABLE]: folders.events } : {}),
  };
}

function seedClaude(
  spec: SessionSpec,
  command: Command,
  folders: Folders,
  hooks: HookWatch,
  settingsArguments: readonly string[],
): Command {
  const stateFile = join(folders.home, '.claude.json');
  replaceFile(stateFile, JSON.stringify(claudeState(readState(stateFile), folders.workspace)));
  const conversation = Conversation.of(spec.directory, folders.home, spec.program.newConversationOf);
  hooks.subscribe((event) => {
    if (event.type === 'conversation') conversation.moveTo(event.id);
  });
  return { ...command, args: [...command.args, ...settingsArguments, ...conversation.arguments] };
}

function confined(command: Command, folders: Folders): Command {
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
      managed: folders.managed,
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
