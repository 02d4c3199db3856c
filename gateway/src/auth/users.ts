import { randomBytes, randomUUID } from 'node:crypto';
import { argon2id, hash, verify } from 'argon2';
import { problem } from '../errors';
import type { UserRole } from './roles';
import type { StoredUser, User, UserStore } from './stored-user';
import { UserFile } from './user-file';

/** OWASP's recommendation for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const HASH_OPTIONS = { type: argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;
/** Passwords being checked or waiting for it. libuv checks four at a time, about 30 ms each, so the last waits half a second. */
const MAX_CHECKS = 64;

export type { User } from './stored-user';

/** The people who may sign in. */
export class Users {
  /** Verified for unknown names, so that they take as long as known ones. */
  private readonly decoy = hash(randomBytes(16), HASH_OPTIONS);
  private checks = 0;
  private indexed: { all: readonly StoredUser[]; byId: ReadonlyMap<string, StoredUser> } | null = null;

  constructor(private readonly store: UserStore) {}

  /** Those in a file. @throws Error when the file is there but is not one of ours */
  static open(file: string, failed?: (error: Error) => void): Users {
    const users = new Users(new UserFile(file, failed));
    users.list();
    return users;
  }

  /** Where they are changed instead, as a sentence; null if they are changed here. */
  get keptElsewhere(): string | null {
    return this.store.keptElsewhere;
  }

  get isEmpty(): boolean {
    return this.store.all().length === 0;
  }

  /** Everybody, in the order they were added. */
  list(): User[] {
    return this.store.all().map(withoutHash);
  }

  /** Null for unknown and disabled users. */
  get(id: string): User | null {
    const user = this.byId().get(id);
    return user === undefined || user.disabled ? null : withoutHash(user);
  }

  /** Every open connection asks for its person every two seconds. */
  private byId(): ReadonlyMap<string, StoredUser> {
    const all = this.store.all();
    if (this.indexed?.all !== all) this.indexed = { all, byId: new Map(all.map((user) => [user.id, user])) };
    return this.indexed.byId;
  }

  /** @throws AppError users-kept-elsewhere, as all that change somebody */
  async add(username: string, role: UserRole, password: string): Promise<User> {
    const user = {
      id: randomUUID(),
      username,
      role,
      passwordHash: await hash(password, HASH_OPTIONS),
      passwordChangedAt: nowSeconds(),
      disabled: false,
    };
    await this.store.change((users) => [...users, user]);
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
      const user = this.store.all().find((candidate) => candidate.username === username);
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
    await this.store.change((users) =>
      users.map((user) => (user.id === id ? { ...user, passwordHash, passwordChangedAt: after(user) } : user)),
    );
  }

  /** A disabled user cannot sign in or stay signed in. */
  async setDisabled(id: string, disabled: boolean): Promise<void> {
    await this.store.change((users) => users.map((user) => (user.id === id ? { ...user, disabled } : user)));
  }
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

function withoutHash({ passwordHash: _hash, ...user }: StoredUser): User {
  return user;
}
