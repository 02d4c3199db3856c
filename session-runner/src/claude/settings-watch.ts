import type { FSWatcher } from 'node:fs';
import { readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Notices that a file of settings is not any more what was written. In a pod the session has the same user id as the runner, so
 * that it could change the file; it cannot do so unseen.
 */
export class SettingsWatch {
  private readonly watchers: FSWatcher[];
  private readonly expected: Buffer;
  private changed: (() => void) | null = null;

  constructor(private readonly file: string) {
    this.expected = readFileSync(file);
    // The file's folder, and the one above: either could be moved away.
    this.watchers = [dirname(file), dirname(dirname(file))].map((folder) => watch(folder, () => this.look()));
    for (const watcher of this.watchers) watcher.on('error', () => this.look());
  }

  /** Calls back once. */
  subscribe(changed: () => void): void {
    this.changed = changed;
  }

  /** May be called twice. */
  close(): void {
    this.changed = null;
    for (const watcher of this.watchers) watcher.close();
  }

  private look(): void {
    if (this.isWhole()) return;
    const { changed } = this;
    this.close();
    changed?.();
  }

  private isWhole(): boolean {
    try {
      return readFileSync(this.file).equals(this.expected);
    } catch {
      return false;
    }
  }
}
