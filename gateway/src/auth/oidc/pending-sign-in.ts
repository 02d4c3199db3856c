/** What the gateway has to know again when the provider sends a person back. The browser carries it, sealed. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Keyset } from '../keyset';

/** How long a person may take at the provider. Seconds. */
export const PENDING_SECONDS = 600;

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Sets this key apart from the one that signs tokens. */
const KEY_PURPOSE = 'claude-webui oidc pending sign-in';

const pending = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.int(),
});
export type PendingSignIn = z.infer<typeof pending>;

/** The keys of all replicas, so that another than the one that began may finish. */
type Keys = Pick<Keyset, 'signing' | 'secretOf'>;

/** Of letters that cookies may hold. */
export function seal(content: PendingSignIn, keys: Keys): string {
  const { active, secret } = keys.signing();
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyFrom(secret), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
  const box = Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  return `${Buffer.from(active).toString('base64url')}.${box.toString('base64url')}`;
}

/** Null for what we have not sealed, and for what is too old. */
export function unseal(text: string, keys: Keys, now: number): PendingSignIn | null {
  const [keyId = '', sealed = ''] = text.split('.', 2);
  const secret = keys.secretOf(Buffer.from(keyId, 'base64url').toString());
  const box = Buffer.from(sealed, 'base64url');
  if (secret === null || box.length < IV_BYTES + TAG_BYTES) return null;
  const content = open(box, secret);
  return content === null || content.expiresAt <= now ? null : content;
}

function open(box: Buffer, secret: string): PendingSignIn | null {
  const decipher = createDecipheriv(CIPHER, keyFrom(secret), box.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(box.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString();
    return pending.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const keyFrom = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', KEY_PURPOSE, KEY_BYTES));
