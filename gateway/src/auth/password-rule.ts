import { randomBytes } from 'node:crypto';

/** NIST SP 800-63B asks for length, not for kinds of characters. */
export const MIN_PASSWORD_LENGTH = 12;
/** What argon2 is made to read at most. */
export const MAX_PASSWORD_LENGTH = 256;

/** A password nobody has to think of: 120 bits. */
export function randomPassword(): string {
  return randomBytes(15).toString('base64url');
}
