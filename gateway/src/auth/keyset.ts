/** The keys that sign tokens: one active, and older ones that verify until their tokens have expired. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writePrivateFile } from './private-file';

const KEY_BYTES = 32;
const FILE_NAME = 'jwt-keys.json';

const keysetSchema = z.object({ active: z.string(), keys: z.record(z.string(), z.string().min(KEY_BYTES)) });

/** `{"active": "k2", "keys": {"k1": "…", "k2": "…"}}` */
export class Keyset {
  private readonly secrets: ReadonlyMap<string, string>;
  private readonly activeSecret: string;

  /** @throws Error when the active key is not among the keys */
  constructor(
    private readonly active: string,
    keys: Record<string, string>,
  ) {
    this.secrets = new Map(Object.entries(keys));
    const secret = this.secrets.get(active);
    if (secret === undefined) throw new Error(`The active key "${active}" is not among the keys.`);
    this.activeSecret = secret;
  }

  /** Named after its own hash, so that a token of a former secret is known as such. */
  static ofSecret(secret: string): Keyset {
    const kid = createHash('sha256').update(secret).digest('hex').slice(0, 8);
    return new Keyset(kid, { [kid]: secret });
  }

  /** The keyset kept in `directory`; made there if it is not yet. */
  static async inDirectory(directory: string): Promise<Keyset> {
    const path = join(directory, FILE_NAME);
    if (!existsSync(path)) {
      const keyset = { active: 'k1', keys: { k1: randomBytes(KEY_BYTES).toString('base64url') } };
      await writePrivateFile(path, JSON.stringify(keyset));
      return new Keyset(keyset.active, keyset.keys);
    }
    const content = await readFile(path, 'utf8');
    try {
      const { active, keys } = keysetSchema.parse(JSON.parse(content));
      return new Keyset(active, keys);
    } catch {
      throw new Error(`${path} does not hold keys. Restore it from a backup, or move it away to sign everybody out.`);
    }
  }

  /** Id and secret of the key that new tokens are signed with. */
  signing(): { active: string; secret: string } {
    return { active: this.active, secret: this.activeSecret };
  }

  /** What a token naming this key is verified with; null for a key that is not ours. */
  secretOf(kid: string | undefined): string | null {
    return this.secrets.get(kid ?? '') ?? null;
  }
}
