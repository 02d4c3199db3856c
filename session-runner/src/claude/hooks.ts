import type { FSWatcher } from 'node:fs';
import { readdirSync, rmSync, watch } from 'node:fs';
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
/** The session's own processes could fill the folder; what is above this is thrown away unread. */
const MAX_EVENTS = 200;

const ACTIVITY: Record<string, Activity> = {
  SessionStart: 'waiting',
  UserPromptSubmit: 'working',
  PreToolUse: 'working',
  PostToolUse: 'working',
  Notification: 'waiting',
  Stop: 'waiting',
};

/** Follows the folder into which the hooks of `settings.ts` drop their events. Whatever is in it is the session's word, not to be trusted further. */
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

/** Files that are written to the end: those still being written begin with a dot. */
function complete(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}

function readAndRemove(path: string): unknown {
  try {
    return JSON.parse(readRegularFile(path, MAX_EVENT_BYTES) ?? 'null');
  } catch {
    return null;
  } finally {
    rmSync(path, { force: true, recursive: true });
  }
}

/** @param name `<nanoseconds since the epoch>-<pid>-<hook>` */
export function parseEvent(name: string, content: unknown): HookEvent[] {
  const [time = '', , hook = ''] = name.split('-');
  const fields = isRecord(content) ? content : {};
  const events: HookEvent[] = [];
  const { session_id: id, tool_name: tool, tool_use_id: use } = fields;
  if (typeof id === 'string' && hook !== 'SessionEnd') events.push({ type: 'conversation', id });
  const activity = ACTIVITY[hook];
  if (activity !== undefined) events.push({ type: 'activity', activity });
  if (typeof tool === 'string' && typeof use === 'string' && (hook === 'PreToolUse' || hook === 'PostToolUse')) {
    const phase = hook === 'PreToolUse' ? 'start' : 'end';
    events.push({ type: 'tool', name: tool, phase, id: use, at: Number(time) / 1e6 });
  }
  return events;
}
