import type { FileHandle } from 'node:fs/promises';
import { statfs } from 'node:fs/promises';
import { FileError } from './file-error';

/** Refuses what there is no room for before it comes. @param reserved bytes that others have been promised */
export async function checkSpace(folder: FileHandle, bytes: number, reserved: number): Promise<void> {
  const { bavail, bsize } = await statfs(`/proc/self/fd/${folder.fd}`);
  const free = Math.max(0, bavail * bsize - reserved);
  if (bytes > free)
    throw new FileError(
      'no-space',
      `The file has ${readable(bytes)}, and ${readable(free)} are free in the workspace.`,
    );
}

/** A person's measure of bytes. */
export function readable(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ''}`;
}
