import type { Account } from '../api/account';
import { FilesApi } from '../api/files';
import { delay } from './delay';
import { WorkspaceTree } from './tree/workspace-tree';
import { Uploads } from './uploads/uploads';

/** What the page knows of one session's files, also while its panel is closed. */
export interface SessionFiles {
  api: FilesApi;
  tree: WorkspaceTree;
  uploads: Uploads;
}

/** The files of all sessions that are open. Uploads go on whatever is in view. */
export class FilesOfSessions {
  private readonly bySession = new Map<string, SessionFiles>();

  constructor(
    private readonly account: Account,
    private readonly failed: (sentence: string) => void,
  ) {}

  of(sessionId: string): SessionFiles {
    const known = this.bySession.get(sessionId);
    if (known !== undefined) return known;
    const api = new FilesApi(this.account, sessionId);
    const uploads = new Uploads(api, this.failed, { now: () => Date.now(), delay });
    const files = { api, tree: new WorkspaceTree(api, delay), uploads };
    this.bySession.set(sessionId, files);
    return files;
  }

  /** Whether something would be lost with the page. */
  get areSending(): boolean {
    return [...this.bySession.values()].some(({ uploads }) => uploads.isBusy);
  }

  /** Forgets all but these sessions, and those to which something is still sent. */
  keepOnly(sessionIds: readonly string[]): void {
    for (const [id, { uploads }] of this.bySession) {
      if (sessionIds.includes(id) || uploads.isBusy) continue;
      uploads.close();
      this.bySession.delete(id);
    }
  }

  close(): void {
    for (const { uploads } of this.bySession.values()) uploads.close();
    this.bySession.clear();
  }
}
