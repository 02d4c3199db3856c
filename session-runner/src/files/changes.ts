import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeenFolder } from '@claude-webui/protocol';
import { FileError } from './file-error';
import { inFolder } from './folder';
import { FIRST_PAGE, etagOfPage, listFolder } from './listing';
import { parsePath } from './path';

/** Longest wait: shorter than what proxies let pass in silence. Milliseconds. */
export const MAX_WAIT_MS = 25_000;
/** From the first event to the look: what makes one change often makes more. Milliseconds. */
const SETTLE_MS = 200;
/** Between looks where the kernel tells of nothing (no inotify watch to be had, network file systems). Milliseconds. */
const POLL_MS = 2000;

/**
 * Resolves with those folders that are not as they were seen, as soon as there are any; with none after `waitMs` or when `signal`
 * aborts. Whether something has changed is decided by what is there and never by an event, so that none can be missed between
 * two calls, and an event that got lost costs only time.
 */
export async function changedFolders(
  root: string,
  seen: readonly SeenFolder[],
  waitMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const end = performance.now() + waitMs;
  for (;;) {
    // Watched before it is looked at.
    const watches = await FolderWatches.open(root, seen);
    try {
      const changed = await different(root, seen);
      const left = end - performance.now();
      if (changed.length > 0 || left <= 0 || signal.aborted) return changed;
      await watches.event(watches.areComplete ? left : Math.min(left, POLL_MS), signal);
    } finally {
      watches.close();
    }
    await delay(SETTLE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function different(root: string, seen: readonly SeenFolder[]): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, etag } of seen) if ((await etagOf(root, path)) !== etag) changed.push(path);
  return changed;
}

/** Null for a folder that is none any more. */
async function etagOf(root: string, path: string): Promise<string | null> {
  try {
    const page = await inFolder(root, parsePath(path, root), 'refuse', (folder) => listFolder(folder, FIRST_PAGE));
    return etagOfPage(page);
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}

/** The kernel's word that something has happened in some folders (inotify). */
class FolderWatches {
  private readonly watchers: FSWatcher[] = [];
  private wake: () => void = () => undefined;
  private happened = false;
  /** Whether each folder is watched. */
  areComplete = true;

  static async open(root: string, seen: readonly SeenFolder[]): Promise<FolderWatches> {
    const watches = new FolderWatches();
    for (const { path } of seen) await watches.add(root, path);
    return watches;
  }

  /** Resolves at the first event since they were opened, or after a while. */
  async event(withinMs: number, signal: AbortSignal): Promise<void> {
    if (this.happened) return;
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await delay(withinMs, undefined, { signal: AbortSignal.any([woken.signal, signal]) }).catch(() => undefined);
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
  }

  private async add(root: string, path: string): Promise<void> {
    try {
      await inFolder(root, parsePath(path, root), 'refuse', (folder) => {
        const watcher = watch(`/proc/self/fd/${folder.fd}`, { persistent: false }, () => this.tell());
        watcher.on('error', () => this.tell());
        this.watchers.push(watcher);
        return Promise.resolve();
      });
    } catch {
      this.areComplete = false;
    }
  }

  private tell(): void {
    this.happened = true;
    this.wake();
  }
}
