/** Settings and first-run state that Claude Code finds in a session. */

/**
 * Hooks whose events a session follows (hooks.ts). A tool that fails and a turn that an API error ends have hooks of
 * their own; a permission is asked for at once by its hook, and by a notification only some seconds later.
 */
export const HOOKS = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PermissionRequest',
  'PostToolUse',
  'PostToolUseFailure',
  'Notification',
  'Stop',
  'StopFailure',
] as const;

/** Environment variable that tells the hooks where to leave their events. */
export const EVENTS_VARIABLE = 'CLAUDE_WEBUI_EVENTS';

/** Drops what a hook is told as a file that appears at once: named after time and event, written under another name first. */
export function hookCommand(hook: string): string {
  const target = `"$${EVENTS_VARIABLE}"`;
  return `t=${target}/.$$; cat >"$t" && mv "$t" ${target}/"$(date +%s%N)-$$-${hook}"`;
}

/**
 * `~/.claude.json` that starts at the prompt. Without it the CLI first asks its maker's servers and ends when they
 * cannot be reached, then asks for a theme, a login and whether the folder is to be trusted.
 * @param existing what an earlier session in the same home left
 */
export function claudeState(existing: Record<string, unknown>, workspace: string): Record<string, unknown> {
  const projects = isRecord(existing['projects']) ? existing['projects'] : {};
  const project = isRecord(projects[workspace]) ? projects[workspace] : {};
  return {
    ...existing,
    hasCompletedOnboarding: true,
    projects: { ...projects, [workspace]: { ...project, hasTrustDialogAccepted: true } },
  };
}

/** What the CLI is told by environment. */
export const CLAUDE_ENVIRONMENT = {
  // Nothing leaves but model calls: no update check, no error reports, no list of plug-ins.
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
  DISABLE_AUTOUPDATER: '1',
  // The inline renderer: the conversation stays in the browser's scrollback, where it can be searched and selected.
  CLAUDE_CODE_NO_FLICKER: '0',
} as const;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
