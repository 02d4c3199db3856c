import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Files in folders that the session's person can write to. A link or a pipe there, put by the person, must not make us
 * read or write somewhere else with our own rights, nor wait.
 */

/** The content, or null if there is no such regular file of at most `maxBytes`. */
export function readRegularFile(path: string, maxBytes: number): string | null {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > maxBytes) return null;
    // No more than that, however much is added meanwhile.
    const content = Buffer.alloc(stat.size);
    return content.toString('utf8', 0, readSync(fd, content));
  } catch {
    return null;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** Puts a new file in the place of whatever is there. */
export function replaceFile(path: string, content: string): void {
  rmSync(path, { force: true, recursive: true });
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
}
