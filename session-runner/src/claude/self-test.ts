/** Shows, with the real CLI and without any model, that a denied command is denied (docs/POLICY.md has what it costs). */
import { background } from '@claude-webui/protocol';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionEnd } from '@claude-webui/protocol';
import type { Command } from '../program/command';
import { PROBE_PROGRAM } from './managed-settings';
import type { ToolResult } from './self-test-endpoint';
import { askForCommands } from './self-test-endpoint';
import { CLAUDE_ENVIRONMENT, EVENTS_VARIABLE, claudeState } from './settings';

/** The CLI starts in a second; on a machine where many start at once, in many. Milliseconds. */
const TIMEOUT_MS = 60_000;
/** Of the administrator's own rules; the rest come the same way. */
const MAX_RULES_TRIED = 4;
/** How the CLI says that a rule has refused a tool. Any other word is taken for a no to the test. */
const REFUSAL = /has been denied/i;

/** Folders of one test: a home of its own, in which nothing is that a person has left. */
export interface ProbeFolders {
  root: string;
  home: string;
  temporary: string;
  events: string;
  system: string;
}

/** How the session's CLI would be started, for a test in the place of its conversation. */
export interface Probe {
  /** Absolute path of the CLI. */
  file: string;
  /** Names the CLI, and how it is held to its settings. */
  cli: string;
  /** Rules of the policy, beside the one that is always there. */
  deny: readonly string[];
  /** The command held apart as the session is. */
  confine(command: Command, folders: ProbeFolders): Command;
  /** Arguments that tell it its settings, where they are not the machine's. */
  settingsArguments: readonly string[];
  env: Record<string, string>;
}

/** Names a CLI by what changes when another is installed. */
export function cliIdentity(file: string, how: string): string {
  const { size, mtimeMs } = statSync(file);
  return `${how} ${realpathSync(file)} ${size} ${Math.trunc(mtimeMs)}`;
}

/** Why the session must not go on; null when every denied command was denied, or the signal has aborted. */
export async function selfTest(probe: Probe, signal: AbortSignal): Promise<SessionEnd | null> {
  const folders = makeFolders();
  const commands = [{ program: PROBE_PROGRAM, line: `${PROBE_PROGRAM} x` }, ...triedRules(probe.deny)];
  const lines = commands.map(({ line }) => line);
  const marker = join(folders.home, 'was-run');
  // In the place of the real programs: whatever the CLI lets through does nothing but tell.
  for (const { program } of commands) {
    writeFileSync(join(folders.home, '.local/bin', program), `#!/bin/sh\necho ran >>'${marker}'\n`, { mode: 0o700 });
  }
  const endpoint = await askForCommands(lines);
  try {
    const results = await run(commandOf(probe, folders, lines, endpoint.url), endpoint.results, signal);
    if (signal.aborted) return null;
    if (typeof results === 'string') return notEnforced(`The self-test could not be made: ${results}`);
    const passed = results.findIndex((result) => !isRefusal(result));
    if (passed >= 0)
      return notEnforced(`Claude Code did not refuse "${lines[passed] ?? ''}", which its settings deny.`);
    return existsSync(marker)
      ? notEnforced('A denied command was run although Claude Code said that it was not.')
      : null;
  } finally {
    endpoint.close();
    await rm(folders.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function notEnforced(detail: string): SessionEnd {
  return { reason: 'policy-not-enforced', exitCode: null, detail };
}

const isRefusal = ({ isError, text }: ToolResult) => isError && REFUSAL.test(text);

/** Denials of plain commands, which can be tried: `Bash(curl:*)`, `Bash(git push *)`, `Bash(reboot)`. */
export function triedRules(deny: readonly string[]): { program: string; line: string }[] {
  const tried = deny.flatMap((rule) => {
    const [, program, rest = '', open] = /^Bash\(([A-Za-z0-9][\w.+-]*)((?: [\w./=-]+)*)(:\*| \*)?\)$/.exec(rule) ?? [];
    if (program === undefined) return [];
    return [{ program, line: `${program}${rest}${open === undefined ? '' : ' self-test'}` }];
  });
  return tried.slice(0, MAX_RULES_TRIED);
}

function makeFolders(): ProbeFolders {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'claude-webui-self-test-')));
  const home = join(root, 'home');
  const [temporary, events, system] = ['tmp', 'events', 'system'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const folders = { root, home, temporary, events, system };
  for (const folder of [join(home, '.local/bin'), temporary, events, system])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folders.home, '.claude.json'), JSON.stringify(claudeState({}, folders.home)), { mode: 0o600 });
  return folders;
}

function commandOf(probe: Probe, folders: ProbeFolders, lines: readonly string[], url: string): Command {
  const { ANTHROPIC_API_KEY: _key, ...env } = probe.env;
  return probe.confine(
    {
      file: probe.file,
      args: [
        ...['-p', '--output-format', 'json', ...probe.settingsArguments],
        // Allowed as far as a person could: nothing but the rule is left to refuse them.
        ...['--allowedTools', ...lines.map((line) => `Bash(${line})`), '--', 'Self-test'],
      ],
      env: {
        ...env,
        ...CLAUDE_ENVIRONMENT,
        HOME: folders.home,
        PATH: `${folders.home}/.local/bin:${env['PATH'] ?? ''}`,
        [EVENTS_VARIABLE]: folders.events,
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: 'self-test',
        NO_PROXY: '127.0.0.1',
        no_proxy: '127.0.0.1',
      },
      cwd: folders.home,
    },
    folders,
  );
}

/** The results, or in words why there are none. */
function run(command: Command, results: Promise<ToolResult[]>, signal: AbortSignal): Promise<ToolResult[] | string> {
  const { file, args, env, cwd } = command;
  return new Promise((resolve) => {
    let said = '';
    // A group of its own, so that nothing is left of it.
    const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let outcome: ToolResult[] | string = 'it was given up.';
    const stop = () => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(() => {
      outcome = `Claude Code did not answer within ${TIMEOUT_MS / 1000} s.`;
      stop();
    }, TIMEOUT_MS);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const hear = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-500));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const heard = results.then((all) => {
      outcome = all;
      stop();
    });
    background('policy-test', heard);
    const finish = (problem?: string) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(problem ?? outcome);
    };
    child.once('error', (error) => finish(error.message));
    child.once('close', (code) => {
      stop();
      // It left before it asked for its tools.
      const left = typeof outcome === 'string' && code !== null;
      finish(left ? `Claude Code left with status ${code}: ${said.trim()}` : undefined);
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has gone.
  }
}
