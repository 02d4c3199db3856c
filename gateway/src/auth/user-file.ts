import { readFileSync, statSync } from 'node:fs';
import { writePrivateFile } from './private-file';
import type { StoredUser, UserStore } from './stored-user';
import { userList } from './stored-user';

/**
 * Users in a file that only the server's user can read. While a running server finds it half written, broken or gone, those of its
 * last good reading go on: nobody is let in or out by an accident.
 */
export class UserFile implements UserStore {
  readonly keptElsewhere = null;
  /** Writes follow each other. */
  private saved: Promise<void> = Promise.resolve();
  private known: { users: readonly StoredUser[]; version: string; broken: Error | null } = {
    users: [],
    version: '',
    broken: null,
  };
  /** Whether there was a good reading. */
  private wasRead = false;

  /** @param failed hears once of each version of the file that cannot be used */
  constructor(
    private readonly path: string,
    private readonly failed: (error: Error) => void = () => undefined,
  ) {}

  /** Read again when the command line has changed the file: every write makes a new inode. @throws Error when it never was one of ours */
  all(): readonly StoredUser[] {
    const version = versionOf(this.path);
    if (version !== this.known.version) this.known = this.reading(version);
    return this.known.users;
  }

  /** @throws Error when the file is none of ours now: what somebody is writing is not overwritten */
  change(apply: (users: readonly StoredUser[]) => readonly StoredUser[]): Promise<void> {
    const write = () => {
      const users = this.all();
      if (this.known.broken !== null) throw this.known.broken;
      return writePrivateFile(this.path, JSON.stringify({ users: apply(users) }, null, 2));
    };
    // A write that failed was its caller's to hear of; it does not stop the next.
    this.saved = this.saved.then(write, write);
    return this.saved;
  }

  private reading(version: string): UserFile['known'] {
    try {
      const users = version === '' ? this.none() : read(this.path);
      this.wasRead ||= version !== '';
      return { users, version, broken: null };
    } catch (error) {
      if (!this.wasRead) throw error;
      const broken = error instanceof Error ? error : new Error(String(error));
      this.failed(broken);
      return { users: this.known.users, version, broken };
    }
  }

  private none(): readonly StoredUser[] {
    if (this.wasRead)
      throw new Error(`${this.path} is gone. Restore it from a backup, or restart the server to begin anew.`);
    return [];
  }
}

/** Empty for a file that is not there. */
function versionOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
  } catch (error) {
    // Reading it says why it cannot be read.
    return String(error);
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
