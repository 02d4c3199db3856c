import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { readlink } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Header, Pack } from 'tar-stream';
import { pack as newPack } from 'tar-stream';
import { entriesIn } from './entries';
import { FileError } from './file-error';
import { look, openSubfolder, within } from './folder';
import { archived } from './pax';
import { attachment, openFile } from './send';

/** Folders in each other; each holds a descriptor while it is read. */
export const MAX_DEPTH = 200;
/** Fast rather than small: it shares a core with the session. */
const COMPRESSION_LEVEL = 1;
/** Blocks of zeros in the place of what a file has lost since its size was written. */
const PADDING = Buffer.alloc(64 * 1024);

/** Answers with a folder and all that is in it as `name`.tar.gz. Links are in it as links. */
export async function sendArchive(folder: FileHandle, name: string, response: ServerResponse): Promise<void> {
  response.writeHead(200, {
    'content-type': 'application/gzip',
    'content-disposition': attachment(`${name}.tar.gz`),
  });
  const pack = newPack();
  const written = addFolder(pack, folder, name, 0).then(
    () => pack.finalize(),
    (error: unknown) => pack.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  // What is written after the reader has gone fails at once.
  await Promise.all([written, pipeline(pack, createGzip({ level: COMPRESSION_LEVEL }), response)]);
}

async function addFolder(pack: Pack, folder: FileHandle, path: string, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw new FileError('too-deep');
  const { mode, mtime } = await folder.stat();
  await addEntry(pack, `${path}/`, { type: 'directory', mode: mode & 0o7777, mtime });
  for await (const { name } of entriesIn(folder)) {
    try {
      await addNamed(pack, folder, name, `${path}/${name}`, depth);
    } catch (error) {
      // It has gone or changed since its name was read, or is nothing that can be read.
      if (!(error instanceof FileError) || error.code === 'too-deep' || error.code === 'files-busy') throw error;
    }
  }
}

async function addNamed(pack: Pack, folder: FileHandle, name: string, path: string, depth: number): Promise<void> {
  const stats = await look(folder, name);
  if (stats.isDirectory()) {
    const subfolder = await openSubfolder(folder, name);
    await addFolder(pack, subfolder, path, depth + 1).finally(() => subfolder.close());
  } else if (stats.isSymbolicLink()) {
    const target = await readlink(within(folder, name), { encoding: 'buffer' }).catch(() => null);
    if (target !== null) await addEntry(pack, path, { type: 'symlink', mtime: stats.mtime }, target);
  } else if (stats.isFile()) {
    const opened = await openFile(folder, name);
    await addFile(pack, opened.file, opened.stats, path).finally(() => opened.file.close());
  }
}

async function addFile(pack: Pack, file: FileHandle, { size, mode, mtime }: BigIntStats, path: string): Promise<void> {
  let left = Number(size);
  const { before, name } = archived(path, null);
  if (before !== null) pack.push(before);
  const entry = pack.entry({ name, type: 'file', size: left, mode: Number(mode) & 0o7777, mtime });
  // Its pack is destroyed with it, and says so.
  entry.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => entry.once('close', resolve));
  const write = async (chunk: Buffer) => {
    if (pack.destroyed) throw new Error('nobody reads the archive any more');
    left -= chunk.length;
    if (!entry.write(chunk)) await Promise.race([new Promise<void>((resolve) => entry.once('drain', resolve)), closed]);
  };
  if (left > 0) for await (const chunk of contentOf(file, left)) await write(chunk);
  while (left > 0) await write(PADDING.subarray(0, left));
  entry.end(null);
  // Its last block is written by then: an extended header may follow.
  await closed;
}

/** At most so many bytes of a file. */
function contentOf(file: FileHandle, bytes: number): AsyncIterable<Buffer> {
  return file.createReadStream({ autoClose: false, start: 0, end: bytes - 1 });
}

/** An entry that is all in its header. */
function addEntry(pack: Pack, path: string, header: Partial<Header>, target: Buffer | null = null): Promise<void> {
  const { before, ...names } = archived(path, target);
  if (before !== null) pack.push(before);
  return new Promise((resolve, reject) => {
    pack.entry({ ...header, ...names }, (error) => (error ? reject(error) : resolve()));
  });
}
