/** RFC 7518 §3.2: a key for HS256 is at least as long as its hash. */
const MIN_BYTES = 32;
/** 32 random hexadecimal digits have fewer than this many different ones once in thousands of secrets. */
const MIN_DISTINCT = 9;
/** What tutorials and templates carry. */
const PLACEHOLDER =
  /change.?(me|this|in.?production)|your.?(super.?)?(secret|jwt|key)|super.?secret|example|placeholder|password/i;

/** Why a secret must not sign anything in production; null if it may. */
export function secretWeakness(secret: string): string | null {
  if (Buffer.byteLength(secret) < MIN_BYTES) return `is shorter than ${MIN_BYTES} bytes`;
  if (new Set(secret).size < MIN_DISTINCT || /^(.+?)\1+$/.test(secret)) return 'repeats itself instead of being random';
  if (isPlaceholder(secret)) return 'is a placeholder, not a secret';
  return null;
}

/** Whether it is what somebody was to put something better in the place of. */
export const isPlaceholder = (secret: string) => PLACEHOLDER.test(secret);
