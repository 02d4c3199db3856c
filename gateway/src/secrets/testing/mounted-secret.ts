/** A directory as the kubelet mounts a Secret: files are links through `..data`, which is replaced as one when they change. */
import { mkdirSync, mkdtempSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class MountedSecret {
  readonly directory = mkdtempSync(join(tmpdir(), 'mounted-secret-'));
  private generation = 0;
  private files: Record<string, string> = {};

  constructor(secrets: Record<string, unknown> = {}) {
    this.put(secrets);
  }

  /** What a gateway is told. */
  get env(): Record<string, string> {
    return { SECRETS_PROVIDER: 'files', SECRETS_DIR: this.directory };
  }

  /** Changes some and leaves the others, by one swap. */
  put(secrets: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(secrets))
      this.files[name] = typeof value === 'string' ? value : JSON.stringify(value);
    this.swap();
  }

  remove(name: string): void {
    const { [name]: _gone, ...others } = this.files;
    this.files = others;
    this.swap();
    rmSync(join(this.directory, name));
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private swap(): void {
    this.generation += 1;
    const [data, next] = ['..data', '..data_tmp'].map((name) => join(this.directory, name)) as [string, string];
    const former = this.generation > 1 ? readlinkSync(data) : null;
    const version = `..${this.generation}`;
    mkdirSync(join(this.directory, version));
    for (const [name, text] of Object.entries(this.files)) writeFileSync(join(this.directory, version, name), text);
    symlinkSync(version, next);
    renameSync(next, data);
    for (const name of Object.keys(this.files)) {
      try {
        symlinkSync(join('..data', name), join(this.directory, name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
    if (former !== null) rmSync(join(this.directory, former), { recursive: true });
  }
}
