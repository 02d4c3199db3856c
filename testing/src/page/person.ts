/** The one account that each gateway of a scenario begins with. */
export const USERNAME = 'admin';
export const PASSWORD = 'correct horse battery';
