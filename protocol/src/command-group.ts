/** Claude's own tools, and the two kinds of program a session runs. What people and plugins name is not a label. */
const KNOWN = new Set([
  'claude',
  'plain',
  'Bash',
  'Edit',
  'Glob',
  'Grep',
  'NotebookEdit',
  'Read',
  'Skill',
  'Task',
  'TodoWrite',
  'WebFetch',
  'WebSearch',
  'Write',
]);

/** The `command_group` label of a program or tool: one of a closed set, so that no session can grow the metrics. */
export function commandGroup(name: string): string {
  if (KNOWN.has(name)) return name;
  return name.startsWith('mcp__') ? 'mcp' : 'other';
}

/** Bounds of `app_command_latency_seconds`, in seconds: from a quick `ls` to a session of a working day. */
export const COMMAND_SECONDS_BUCKETS = [0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 28800] as const;
