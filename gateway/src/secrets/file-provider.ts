import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretName, SecretsProvider } from './provider';
import { MAX_SECRET_BYTES, SecretError, codeOf } from './provider';

/**
 * A directory with one file for each secret, named after it, as Kubernetes mounts a Secret. There the files are links through
 * `..data`, another link that is replaced when the Secret changes: so a file is always read whole, old or new, and the directory
 * is what is watched.
 */
export class FileProvider implements SecretsProvider {
  private watcher: FSWatcher | null = null;

  constructor(private readonly directory: string) {}

  placeOf(name: SecretName): string {
    return `The file ${join(this.directory, name)}`;
  }

  changedBy(name: SecretName): string {
    return `Write the file ${join(this.directory, name)}, or change the Secret that is mounted there.`;
  }

  async read(name: SecretName): Promise<string | null> {
    try {
      return await this.content(name);
    } catch (error) {
      if (error instanceof SecretError) throw error;
      const code = codeOf(error);
      if (code === 'ENOENT' && (await this.isThere())) return null;
      if (code === 'ENOENT')
        throw new SecretError(
          `The directory ${this.directory} is not there. Mount the secrets there, or set SECRETS_DIR.`,
        );
      throw new SecretError(`${this.placeOf(name)} cannot be read (${code}). Let the gateway's user read it.`);
    }
  }

  watch(changed: () => void): void {
    // Where it cannot be watched, polling finds the change.
    try {
      this.watcher = watch(this.directory, { persistent: false }, changed);
      this.watcher.on('error', () => this.close());
    } catch {
      this.watcher = null;
    }
  }

  close(): void {
    this.watcher?.close();
    this.watcher = null;
  }

  private async content(name: SecretName): Promise<string> {
    const file = await open(join(this.directory, name));
    try {
      if ((await file.stat()).size > MAX_SECRET_BYTES)
        throw new SecretError(`${this.placeOf(name)} is larger than ${MAX_SECRET_BYTES} bytes, so it is no secret.`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  }

  private async isThere(): Promise<boolean> {
    return stat(this.directory).then(
      (found) => found.isDirectory(),
      () => false,
    );
  }
}
