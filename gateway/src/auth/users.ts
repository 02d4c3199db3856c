import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { argon2id, hash, verify } from 'argon2';
import * as z from 'zod';
import { problem } from '../errors';
import { writePrivateFile } from './private-file';
import type { UserRole } from './roles';
import { USER_ROLES } from './roles';

/** OWASP's recommendation for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const HASH_OPTIONS = { type: argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;
/** Passwords being checked or waiting for it. libuv checks four at a time, about 30 ms each, so the last waits half a second. */
const MAX_CHECKS = 64;

const storedUser = z.strictObject({
  id: z.uuid(),
  username: z.string(),
  role: z.enum(USER_ROLES),
  passwordHash: z.string(),
  /** Sign-ins from before are over. Seconds since the epoch. */
  passwordChangedAt: z.int(),
  disabled: z.boolean(),
});
const userFile = z.strictObject({ users: z.array(storedUser) });

type StoredUser = z.infer<typeof storedUser>;
export type User = Omit<StoredUser, 'passwordHash'>;

/** The people who may sign in, in a file that only the server's user can read. */
export class Users {
  /** Verified for unknown names, so that they take as long as known ones. */
  private readonly decoy = hash(randomBytes(16), HASH_OPTIONS);
  private checks = 0;
  /** Writes follow each other. */
  private saved: Promise<void> = Promise.resolve();

  private known: { users: StoredUser[]; version: string } = { users: [], version: '' };

  private constructor(private readonly file: string) {}

  /** @throws Error when the file is there but is not one of ours */
  static open(file: string): Users {
    const users = new Users(file);
    users.all();
    return users;
  }

  get isEmpty(): boolean {
    return this.all().length === 0;
  }

  /** Everybody, in the order they were added. */
  list(): User[] {
    return this.all().map(withoutHash);
  }

  /** Null for unknown and disabled users. */
  get(id: string): User | null {
    const user = this.all().find((candidate) => candidate.id === id);
    return user === undefined || user.disabled ? null : withoutHash(user);
  }

  async add(username: string, role: UserRole, password: string): Promise<User> {
    const user = {
      id: randomUUID(),
      username,
      role,
      passwordHash: await hash(password, HASH_OPTIONS),
      passwordChangedAt: nowSeconds(),
      disabled: false,
    };
    await this.change((users) => [...users, user]);
    return withoutHash(user);
  }

  /**
   * The user with this name and password, or null; equally slow for names that do not exist.
   * @throws AppError not-ready, when too many are being checked
   */
  async authenticate(username: string, password: string): Promise<User | null> {
    if (this.checks >= MAX_CHECKS) throw problem('not-ready', 'Too many people sign in at once.', 1);
    this.checks += 1;
    try {
      const user = this.all().find((candidate) => candidate.username === username);
      const matches = await verify(user?.passwordHash ?? (await this.decoy), password);
      return matches && user !== undefined && !user.disabled ? withoutHash(user) : null;
    } finally {
      this.checks -= 1;
    }
  }

  async changePassword(id: string, password: string): Promise<void> {
    const passwordHash = await hash(password, HASH_OPTIONS);
    // Never the same twice: sign-ins are told apart by it.
    const after = ({ passwordChangedAt }: { passwordChangedAt: number }) =>
      Math.max(nowSeconds(), passwordChangedAt + 1);
    await this.change((users) =>
      users.map((user) => (user.id === id ? { ...user, passwordHash, passwordChangedAt: after(user) } : user)),
    );
  }

  /** A disabled user cannot sign in or stay signed in. */
  async setDisabled(id: string, disabled: boolean): Promise<void> {
    await this.change((users) => users.map((user) => (user.id === id ? { ...user, disabled } : user)));
  }

  private change(apply: (users: StoredUser[]) => StoredUser[]): Promise<void> {
    const write = () => writePrivateFile(this.file, JSON.stringify({ users: apply(this.all()) }, null, 2));
    // A write that failed was its caller's to hear of; it does not stop the next.
    this.saved = this.saved.then(write, write);
    return this.saved;
  }

  /** Read again when the command line has changed the file. Every write makes a new inode. */
  private all(): StoredUser[] {
    const stat = statSync(this.file, { throwIfNoEntry: false });
    const version = stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs}`;
    if (version !== this.known.version) this.known = { users: stat === undefined ? [] : read(this.file), version };
    return this.known.users;
  }
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

function withoutHash({ passwordHash: _hash, ...user }: StoredUser): User {
  return user;
}

function read(file: string): StoredUser[] {
  const content = readFileSync(file, 'utf8');
  try {
    return userFile.parse(JSON.parse(content)).users;
  } catch {
    throw new Error(`${file} is not a user file. Restore it from a backup, or move it away to begin anew.`);
  }
}
