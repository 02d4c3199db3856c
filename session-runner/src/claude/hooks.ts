import type { FSWatcher } from 'node:fs';
import { readdirSync, unlinkSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from '@claude-webui/protocol';
import { readRegularFile } from '../files/private-file';
import { isRecord } from './settings';

/** What Claude Code's hooks say of a session. */
export type HookEvent =
  | { type: 'activity'; activity: Activity }
  /** The conversation's id: it changes when the person clears it or goes back to another. */
  | { type: 'conversation'; id: string }
  /** A tool of Claude's. `at` in milliseconds since the epoch. */
  | { type: 'tool'; name: string; phase: 'start' | 'end'; id: string; at: number };

/** An event tells of a file's content, so it can be large; nothing is read of one above this. */
const MAX_EVENT_BYTES = 1024 * 1024;
/** The session's own processes could fill the folder; this many are taken before anything else has its turn. */
const MAX_EVENTS = 200;
/** `<nanoseconds since the epoch>-<process>-<hook>`; what is still being written has another name. */
const EVENT_NAME = /^(\d{1,20})-\d+-([A-Za-z]+)$/;

const ACTIVITY = new Map<string, Activity>([
  ['SessionStart', 'idle'],
  ['UserPromptSubmit', 'working'],
  ['PreToolUse', 'working'],
  ['PermissionRequest', 'asks'],
  ['PostToolUse', 'working'],
  ['PostToolUseFailure', 'working'],
  ['Stop', 'done'],
  ['StopFailure', 'done'],
]);
const PHASE = new Map<string, 'start' | 'end'>([
  ['PreToolUse', 'start'],
  ['PostToolUse', 'end'],
  ['PostToolUseFailure', 'end'],
]);
/** Notifications that ask the person something; others only tell of something. */
const ASKS = /^(permission_prompt|worker_permission_prompt|elicitation_dialog|agent_needs_input)$/;

/**
 * Follows the folder into which the hooks of `settings.ts` drop their events. Whatever is in it is the session's word,
 * not to be trusted further.
 */
export class HookWatch {
  private readonly watcher: FSWatcher;
  private readonly listeners: ((event: HookEvent) => void)[] = [];

  constructor(private readonly directory: string) {
    this.watcher = watch(directory, () => this.collect());
    // The folder goes with the session; that is no reason to fail.
    this.watcher.on('error', () => this.close());
  }

  subscribe(listener: (event: HookEvent) => void): void {
    this.listeners.push(listener);
  }

  close(): void {
    this.watcher.close();
  }

  /** Takes the events that are there, oldest first. */
  private collect(): void {
    for (const name of complete(this.directory).slice(0, MAX_EVENTS)) {
      const path = join(this.directory, name);
      for (const event of parseEvent(name, readAndRemove(path))) {
        for (const listener of this.listeners) listener(event);
      }
    }
  }
}

/**
 * Events that are written to the end. Whatever else is there stays: the session could change a folder into a link while
 * we empty it.
 */
function complete(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && EVENT_NAME.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

function readAndRemove(path: string): unknown {
  const content = readRegularFile(path, MAX_EVENT_BYTES);
  try {
    unlinkSync(path);
    return JSON.parse(content ?? 'null');
  } catch {
    return null;
  }
}

/** What an event says. @param name see `EVENT_NAME` */
export function parseEvent(name: string, content: unknown): HookEvent[] {
  const [, time, hook = ''] = EVENT_NAME.exec(name) ?? [];
  const fields = isRecord(content) ? content : {};
  const events: HookEvent[] = [];
  const { session_id: id, tool_name: tool, tool_use_id: use } = fields;
  if (typeof id === 'string') events.push({ type: 'conversation', id });
  const activity = activityAfter(hook, fields);
  if (activity !== undefined) events.push({ type: 'activity', activity });
  const phase = PHASE.get(hook);
  if (phase !== undefined && typeof tool === 'string' && typeof use === 'string') {
    events.push({ type: 'tool', name: tool, phase, id: use, at: Number(time) / 1e6 });
  }
  return events;
}

function activityAfter(hook: string, fields: Record<string, unknown>): Activity | undefined {
  // A conversation that grows too long is summed up and begun again in the middle of the work.
  if (hook === 'SessionStart' && fields['source'] === 'compact') return undefined;
  if (hook === 'Notification') return ASKS.test(String(fields['notification_type'])) ? 'asks' : undefined;
  return ACTIVITY.get(hook);
}
