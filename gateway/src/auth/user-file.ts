import { readFileSync, statSync } from 'node:fs';
import { writePrivateFile } from './private-file';
import type { StoredUser, UserStore } from './stored-user';
import { userList } from './stored-user';

/** Users in a file that only the server's user can read. */
export class UserFile implements UserStore {
  readonly keptElsewhere = null;
  /** Writes follow each other. */
  private saved: Promise<void> = Promise.resolve();
  private known: { users: readonly StoredUser[]; version: string } = { users: [], version: '' };

  constructor(private readonly path: string) {}

  /** Read again when the command line has changed the file: every write makes a new inode. @throws Error when it is none of ours */
  all(): readonly StoredUser[] {
    const stat = statSync(this.path, { throwIfNoEntry: false });
    const version = stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs}`;
    if (version !== this.known.version) this.known = { users: stat === undefined ? [] : read(this.path), version };
    return this.known.users;
  }

  change(apply: (users: readonly StoredUser[]) => readonly StoredUser[]): Promise<void> {
    const write = () => writePrivateFile(this.path, JSON.stringify({ users: apply(this.all()) }, null, 2));
    // A write that failed was its caller's to hear of; it does not stop the next.
    this.saved = this.saved.then(write, write);
    return this.saved;
  }
}

function read(path: string): StoredUser[] {
  const content = readFileSync(path, 'utf8');
  try {
    return userList.parse(JSON.parse(content)).users;
  } catch {
    throw new Error(`${path} is not a user file. Restore it from a backup, or move it away to begin anew.`);
  }
}
