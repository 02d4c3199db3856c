/**
 * The server no longer knows this sign-in (401): only the person can help. Whatever else goes wrong on the way to a token passes by
 * itself, and is tried again.
 */
export class SignInNeeded extends Error {
  override readonly name = 'SignInNeeded';
}
