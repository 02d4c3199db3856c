import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { AuditSink } from './sink';

/** Enough for the last whole line and half of another: strings are bounded, and a line has about ten. */
const TAIL_BYTES = 64 * 1024;

export interface FileSinkOptions {
  /** Absolute path. Older files have `.1`, `.2`, … behind it. */
  path: string;
  /** A file that would grow beyond it is put aside. */
  maxBytes: number;
  /** Files kept, the current one included. */
  maxFiles: number;
}

/** Where the hash of the newest line is kept, so that lines missing at the end of the log are noticed. */
export const headFileOf = (path: string) => `${path}.head`;

/** Appends to a file that only we may read, and begins a new one when that is full. Others may append or rotate too. */
export class FileSink implements AuditSink {
  private file: { handle: FileHandle; inode: number } | null = null;

  constructor(private readonly options: FileSinkOptions) {}

  async open(): Promise<{ head: string | null; torn: boolean }> {
    const { path } = this.options;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const { handle } = await this.reopen();
    const { hashes, torn } = await tailOf(handle);
    // Half a line must not become one with ours.
    if (torn) await handle.appendFile('\n');
    const found = hashes[0] ?? (await this.rotatedHead());
    const kept = await this.keptHead();
    // A writer that was killed may have left a kept hash that is older than its last lines. One that is not here at all is that of a
    // line that was removed: what follows then names it, for verification to miss.
    return { head: kept === null || hashes.includes(kept) ? found : kept, torn };
  }

  async append(lines: string): Promise<void> {
    const bytes = Buffer.from(lines);
    const { handle } = await this.fileFor(bytes.length);
    await handle.appendFile(bytes);
    await handle.datasync();
    const hash = hashIn(lines.trimEnd().split('\n').at(-1) ?? '');
    if (hash !== null) await writeFile(headFileOf(this.options.path), `${hash}\n`, { mode: 0o600 });
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.handle.close();
  }

  /** The current file, after a rotation if ours has been put aside or has no room left. */
  private async fileFor(length: number): Promise<{ handle: FileHandle }> {
    const there = await stat(this.options.path).catch(() => null);
    if (this.file === null || there?.ino !== this.file.inode) return this.reopen();
    if (there.size === 0 || there.size + length <= this.options.maxBytes) return this.file;
    await this.rotate();
    return this.reopen();
  }

  private async reopen(): Promise<{ handle: FileHandle }> {
    await this.close();
    const handle = await open(this.options.path, 'a+', 0o600);
    this.file = { handle, inode: (await handle.stat()).ino };
    return this.file;
  }

  /** `audit.jsonl` becomes `audit.jsonl.1`, and so on; the oldest is overwritten. */
  private async rotate(): Promise<void> {
    const { path, maxFiles } = this.options;
    const named = (n: number) => (n === 0 ? path : `${path}.${n}`);
    for (let n = maxFiles - 1; n > 0; n -= 1) await rename(named(n - 1), named(n)).catch(ignoreMissing);
  }

  private async keptHead(): Promise<string | null> {
    return (await readFile(headFileOf(this.options.path), 'utf8').catch(ignoreMissing))?.trim() ?? null;
  }

  /** Stopped right after a rotation: the chain goes on from the file before. */
  private async rotatedHead(): Promise<string | null> {
    const handle = await open(`${this.options.path}.1`, 'r').catch(ignoreMissing);
    if (handle === undefined) return null;
    try {
      return (await tailOf(handle)).hashes[0] ?? null;
    } finally {
      await handle.close();
    }
  }
}

/** Hashes of the last lines, the newest first, and whether half a line follows them. */
async function tailOf(handle: FileHandle): Promise<{ hashes: string[]; torn: boolean }> {
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  await handle.read(buffer, 0, buffer.length, size - buffer.length);
  const lines = buffer.toString('utf8').split('\n');
  const rest = lines.pop() ?? '';
  const hashes = lines
    .reverse()
    .map(hashIn)
    .filter((hash) => hash !== null);
  return { hashes, torn: rest !== '' };
}

const hashed = z.object({ type: z.literal('audit'), hash: z.string() });

function hashIn(line: string): string | null {
  try {
    return hashed.safeParse(JSON.parse(line)).data?.hash ?? null;
  } catch {
    return null;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
