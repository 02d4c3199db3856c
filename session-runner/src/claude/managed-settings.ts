/** Claude Code's managed settings: what no settings of the person's own can undo. */
import { mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hookCommand, isRecord } from './settings';

/** Where the CLI looks for them on Linux. */
export const MANAGED_DIRECTORY = '/etc/claude-code';
/** Of the runner's, in that directory. */
export const OWN_FILE = 'managed-settings.d/50-claude-webui.json';
/** What the machine's own organisation may have put there. */
const MACHINE_FILES = ['managed-settings.json', 'managed-mcp.json'];
const DROP_INS = 'managed-settings.d';

/** Denied in every session, so that there is always a rule to test (self-test.ts). */
export const PROBE_PROGRAM = 'claude-webui-policy-probe';

/** What the policy says, with the runner's own hooks of these names and the rule that the self-test tries. */
export function managedSettings(
  policy: Record<string, unknown>,
  ownHookNames: readonly string[],
): Record<string, unknown> {
  const permissions = isRecord(policy['permissions']) ? policy['permissions'] : {};
  const hooks = isRecord(policy['hooks']) ? policy['hooks'] : {};
  const own = ownHooks(ownHookNames);
  return {
    ...policy,
    hooks: {
      ...hooks,
      ...Object.fromEntries(Object.entries(own).map(([name, added]) => [name, [...listOf(hooks[name]), ...added]])),
    },
    permissions: { ...permissions, deny: [...listOf(permissions['deny']), `Bash(${PROBE_PROGRAM}:*)`] },
  };
}

/** The runner's own hooks of these names (hooks.ts). */
export function ownHooks(names: readonly string[]): Record<string, object[]> {
  const own = (name: string) => ({ hooks: [{ type: 'command', command: hookCommand(name), timeout: 5 }] });
  return Object.fromEntries(names.map((name) => [name, [own(name)]]));
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * Writes the directory that is to be seen as MANAGED_DIRECTORY: the machine's own managed settings, and ours beside them.
 * @param machine where the machine's are; null where there are none but ours
 */
export function writeManagedDirectory(
  directory: string,
  settings: Record<string, unknown>,
  machine: string | null = MANAGED_DIRECTORY,
): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, DROP_INS), { recursive: true, mode: 0o700 });
  const dropIns = machine === null ? [] : namesIn(join(machine, DROP_INS)).map((name) => join(DROP_INS, name));
  for (const name of [...MACHINE_FILES, ...dropIns]) {
    const content = machine === null ? null : contentOf(join(machine, name));
    if (content !== null) writeFileSync(join(directory, name), content, { mode: 0o400 });
  }
  writeFileSync(join(directory, OWN_FILE), JSON.stringify(settings), { mode: 0o400 });
}

/** Whether MANAGED_DIRECTORY leads to this directory: an image is made so where the session's pod is its own machine. */
export function isManagedDirectory(directory: string): boolean {
  try {
    return resolve(dirname(MANAGED_DIRECTORY), readlinkSync(MANAGED_DIRECTORY)) === directory;
  } catch {
    return false;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
