/** What the secrets hold. What is wrong with one is said without a word of what is in it. */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import * as z from 'zod';
import type { KeysetContent } from '../auth/keyset';
import { KEY_BYTES } from '../auth/keyset';
import type { StoredUser } from '../auth/stored-user';
import { userList } from '../auth/stored-user';
import { secretWeakness } from '../config/secret-strength';

/** Turns a secret's text into what it means. @throws ShapeError */
export type Shape<T> = (text: string) => T;

/** What is wrong with a secret, as the rest of a sentence that begins with its place. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** Short and plain: whoever puts a key in the place of its name must not find it in the log. */
const KEY_NAME = /^[\w.-]{1,24}$/;
const STRONG = 'Replace it by the output of "openssl rand -base64 48".';
const KEYSET_LOOKS = '{"active": "k1", "keys": {"k1": "…"}}';

const keyset = z.strictObject({ active: z.string(), keys: z.record(z.string(), z.string()) });

/** `{"active": "k2", "keys": {"k1": "…", "k2": "…"}}`; `strict`: keys that can be guessed are refused. */
export function keysetShape(strict: boolean): Shape<KeysetContent> {
  return (text) => {
    const { active, keys } = parsed(keyset, text, KEYSET_LOOKS);
    const entries = Object.entries(keys);
    if (!entries.every(([name]) => KEY_NAME.test(name)))
      throw new ShapeError(
        'has a key whose name is not up to 24 letters, digits, ".", "_" and "-". Is it a key itself?',
      );
    for (const [name, key] of entries) {
      const isShort = Buffer.byteLength(key) < KEY_BYTES ? `is shorter than ${KEY_BYTES} bytes` : null;
      const weakness = strict ? secretWeakness(key) : isShort;
      if (weakness !== null) throw new ShapeError(`has a weak key: "${name}" ${weakness}. ${STRONG}`);
    }
    if (!Object.hasOwn(keys, active)) throw new ShapeError('names an active key that is not among its keys. Add it.');
    return { active, keys: new Map(entries) };
  };
}

/** The users as `claude-webui users` writes them. */
export const usersShape: Shape<readonly StoredUser[]> = (text) => {
  const { users } = parsed(userList, text, '{"users": […]}, as "claude-webui users --file" writes it');
  return users;
};

/** What model calls are paid with. */
export interface Credential {
  kind: 'api-key' | 'bearer';
  value: string;
}

const PRINTABLE = /^[\x21-\x7e]+$/;
const credential = z.union([
  z.strictObject({ apiKey: z.string().regex(PRINTABLE) }),
  z.strictObject({ authToken: z.string().regex(PRINTABLE) }),
]);

/** `{"apiKey": "…"}`, `{"authToken": "…"}`, or an API key and nothing else. */
export const credentialShape: Shape<Credential> = (text) => {
  const bare = text.trim();
  if (PRINTABLE.test(bare) && !/^[{["]/.test(bare)) return { kind: 'api-key', value: bare };
  const given = parsed(credential, text, '{"apiKey": "…"} or {"authToken": "…"}, or an API key alone');
  return 'apiKey' in given ? { kind: 'api-key', value: given.apiKey } : { kind: 'bearer', value: given.authToken };
};

/** The P-256 private key by which gateways sign what they hand to session pods, as PEM. */
export const runnerBindShape: Shape<KeyObject> = (text) => {
  const advice = 'Make one with "openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt".';
  const key = privateKeyOf(text);
  if (key === null) throw new ShapeError(`is not a private key as PEM. ${advice}`);
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new ShapeError(`is a private key, but not one on the curve P-256. ${advice}`);
  return key;
};

function privateKeyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

/** Says where it is wrong, never what is there: messages of JSON.parse quote it. */
function parsed<T>(schema: z.ZodType<T>, text: string, looks: string): T {
  const result = schema.safeParse(jsonOf(text, looks));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.filter((step) => typeof step === 'number' || KEY_NAME.test(String(step))).join('.') ?? '';
  // Only our own sentences: others may quote a key.
  const why = issue?.code === 'custom' ? `: ${issue.message}` : '';
  throw new ShapeError(`does not look like ${looks}${where === '' ? '' : ` (at ${where})`}${why}.`);
}

function jsonOf(text: string, looks: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ShapeError(`is not JSON. It has to look like ${looks}.`);
  }
}
