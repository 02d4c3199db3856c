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
