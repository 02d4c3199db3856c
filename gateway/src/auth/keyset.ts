/** The keys that sign tokens: one active, and older ones that verify until their tokens have expired. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writePrivateFile } from './private-file';

/** RFC 7518 §3.2: a key for HS256 is at least as long as its hash. */
export const KEY_BYTES = 32;
const FILE_NAME = 'jwt-keys.json';

const keysetSchema = z.object({ active: z.string(), keys: z.record(z.string(), z.string().min(KEY_BYTES)) });

/** Secrets by their ids, of which `active` is one. */
export interface KeysetContent {
  active: string;
  keys: ReadonlyMap<string, string>;
}

/** What it holds may change from one call to the next. */
export class Keyset {
  /** @param unknownKey called when a token names a key that is not here: another replica may have read of it first */
  constructor(
    private readonly content: () => KeysetContent,
    private readonly unknownKey: () => void = () => undefined,
  ) {}

  /** Keys that stay. @throws Error when the active key is not among the keys */
  static of(active: string, keys: Record<string, string>): Keyset {
    if (!Object.hasOwn(keys, active)) throw new Error(`The active key "${active}" is not among the keys.`);
    const content = { active, keys: new Map(Object.entries(keys)) };
    return new Keyset(() => content);
  }

  static ofSecret(secret: string): Keyset {
    const kid = keyIdOf(secret);
    return Keyset.of(kid, { [kid]: secret });
  }

  /** The keyset kept in `directory`; made there if it is not yet. */
  static async inDirectory(directory: string): Promise<Keyset> {
    const path = join(directory, FILE_NAME);
    if (!existsSync(path)) {
      const keyset = { active: 'k1', keys: { k1: randomBytes(KEY_BYTES).toString('base64url') } };
      await writePrivateFile(path, JSON.stringify(keyset));
      return Keyset.of(keyset.active, keyset.keys);
    }
    const content = await readFile(path, 'utf8');
    try {
      const { active, keys } = keysetSchema.parse(JSON.parse(content));
      return Keyset.of(active, keys);
    } catch {
      throw new Error(`${path} does not hold keys. Restore it from a backup, or move it away to sign everybody out.`);
    }
  }

  /** Id and secret of the key that new tokens are signed with. */
  signing(): { active: string; secret: string } {
    const { active, keys } = this.content();
    return { active, secret: keys.get(active) ?? '' };
  }

  /** What a token naming this key is verified with; null for a key that is not ours. */
  secretOf(kid: string | undefined): string | null {
    const secret = this.content().keys.get(kid ?? '') ?? null;
    if (secret === null) this.unknownKey();
    return secret;
  }

  /** Tells a key from another that was given the same id. Null for a key that is not ours. */
  markOf(kid: string): string | null {
    const secret = this.content().keys.get(kid);
    return secret === undefined ? null : `${kid} ${keyIdOf(secret)}`;
  }

  /** Whether the key of this mark still verifies. */
  holds(mark: string): boolean {
    return this.markOf(mark.slice(0, mark.lastIndexOf(' '))) === mark;
  }
}

/** The name of a secret that has none: its own hash, so that a token of a former secret is known as such. */
export function keyIdOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}
