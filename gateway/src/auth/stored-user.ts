/** Users as they are kept, in the file and in the secret alike. */
import * as z from 'zod';
import { isVisibleName } from '../visible-name';
import { USER_ROLES } from './roles';

const storedUser = z.strictObject({
  id: z.uuid(),
  username: z.string().refine(isVisibleName, 'a name must have characters that can be seen, and no others'),
  role: z.enum(USER_ROLES),
  passwordHash: z.string().refine((hash) => hash.startsWith('$argon2id$'), 'passwords are kept as argon2id hashes'),
  /** Sign-ins from before are over. Seconds since the epoch. */
  passwordChangedAt: z.int(),
  disabled: z.boolean(),
});

/** `{"users": [...]}` */
export const userList = z.strictObject({
  users: z
    .array(storedUser)
    .refine((users) => isUnique(users.map(({ id }) => id)), 'two users have the same id')
    .refine((users) => isUnique(users.map(({ username }) => username)), 'two users have the same name'),
});

export type StoredUser = z.infer<typeof storedUser>;
export type User = Omit<StoredUser, 'passwordHash'>;

const isUnique = (values: string[]) => new Set(values).size === values.length;

/** Where users are kept. */
export interface UserStore {
  /** Everybody, in the order they were added, as of now. */
  all(): readonly StoredUser[];
  /** @throws AppError users-kept-elsewhere */
  change(apply: (users: readonly StoredUser[]) => readonly StoredUser[]): Promise<void>;
  /** Where they are changed instead, as a sentence; null when they are changed here. */
  readonly keptElsewhere: string | null;
}
