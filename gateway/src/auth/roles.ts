/** What a person may do: a viewer only watches, a user has sessions, an administrator sees and ends everybody's. */
export const USER_ROLES = ['viewer', 'user', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];
