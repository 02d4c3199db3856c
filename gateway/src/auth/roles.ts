/** What a person may do: a viewer only watches, a user has sessions, an administrator sees and ends everybody's. */
export const USER_ROLES = ['viewer', 'user', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** Whether somebody may do all that this other role may. */
export const isAtLeast = (role: UserRole, other: UserRole) => USER_ROLES.indexOf(role) >= USER_ROLES.indexOf(other);
