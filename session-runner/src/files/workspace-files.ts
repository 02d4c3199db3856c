import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open, opendir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** Largest file taken. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** Longest listing given. */
const MAX_ENTRIES = 1000;
const MAX_NAME_BYTES = 255;
const READ_BYTES = 256 * 1024;

/** A request that is refused; the message is for people. */
class FileError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const notFound = () => new FileError(404, 'file-not-found', 'There is no such file in the workspace.');
const isLink = () =>
  new FileError(403, 'file-is-link', 'Links are not followed, for they may lead out of the workspace.');

/**
 * Serves `GET` (a file, or a folder's listing as JSON) and `PUT` of files below `root`.
 *
 * The session's own person can change the tree while it is being walked, so a checked path proves nothing. Every folder is
 * opened without following links, and the next name is looked up from that descriptor (/proc/self/fd/N/name is Node's
 * openat(2)).
 */
export function workspaceFiles(root: string) {
  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    try {
      const names = parsePath(path);
      if (request.method === 'GET') await sendFile(root, names, response);
      else if (request.method === 'PUT') await takeFile(root, names, request, response);
      else throw new FileError(405, 'method-not-allowed', 'Files can be read (GET) and written (PUT).');
    } catch (error) {
      // Whoever sends on reads no answer before it is through.
      request.resume();
      sendError(response, error);
    }
  };
}

/** Names of a path's folders and file, decoded. @throws FileError for any name that is not one of a file below. */
export function parsePath(path: string): string[] {
  const names = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const bad = names.find(
    (name) => name === '.' || name === '..' || /[/\0]/.test(name) || Buffer.byteLength(name) > MAX_NAME_BYTES,
  );
  if (bad !== undefined) throw new FileError(400, 'bad-path', 'This is not a path inside the workspace.');
  return names;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new FileError(400, 'bad-path', 'The path is not correctly encoded.');
  }
}

/** Opens the folder in which the last of `names` lies. */
async function openParent(root: string, names: readonly string[], create: boolean): Promise<FileHandle> {
  let folder = await openFolder(root);
  for (const name of names.slice(0, -1)) {
    const path = within(folder, name);
    try {
      if (create) await mkdir(path).catch(ignoreExisting);
      const next = await openFolder(path);
      await folder.close();
      folder = next;
    } catch (error) {
      await folder.close();
      throw error;
    }
  }
  return folder;
}

function openFolder(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(explain);
}

const within = (folder: FileHandle, name: string) => `/proc/self/fd/${folder.fd}/${name}`;

async function sendFile(root: string, names: readonly string[], response: ServerResponse): Promise<void> {
  const parent = await openParent(root, names, false);
  try {
    const path = within(parent, names.at(-1) ?? '.');
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags).catch(explain);
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) return await sendListing(file, response);
      if (!stat.isFile()) throw notAFile();
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': stat.size,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(names.at(-1) ?? 'file')}`,
      });
      const content = file.createReadStream({ autoClose: false, highWaterMark: READ_BYTES });
      await pipeline(content, exactly(stat.size), response);
    } finally {
      await file.close();
    }
  } finally {
    await parent.close();
  }
}

async function sendListing(folder: FileHandle, response: ServerResponse): Promise<void> {
  const entries: { name: string; type: 'folder' | 'file' | 'other'; bytes: number }[] = [];
  let complete = true;
  for await (const { name } of await opendir(`/proc/self/fd/${folder.fd}`)) {
    complete = entries.length < MAX_ENTRIES;
    if (!complete) break;
    const stat = await lstat(within(folder, name)).catch(() => null);
    if (stat === null) continue;
    entries.push({ name, type: stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other', bytes: stat.size });
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  sendJson(response, 200, { entries, complete });
}

/** Passes on so many bytes. A file that has shrunk meanwhile breaks off, for its length was promised. */
function exactly(bytes: number) {
  return async function* (content: AsyncIterable<Buffer>) {
    let left = bytes;
    for await (const chunk of content) {
      yield chunk.subarray(0, left);
      left -= Math.min(left, chunk.length);
      if (left === 0) return;
    }
    if (left > 0) throw new Error('the file has become shorter');
  };
}

async function takeFile(
  root: string,
  names: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = names.at(-1);
  if (name === undefined) throw new FileError(400, 'bad-path', 'The file has no name.');
  if (Number(request.headers['content-length'] ?? 0) > MAX_FILE_BYTES) throw tooLarge();
  const parent = await openParent(root, names, true);
  const unfinished = within(parent, `.upload-${randomUUID()}`);
  try {
    const file = await open(unfinished, 'wx', 0o644).catch(explain);
    const bytes = await copyBody(request, file).finally(() => file.close());
    // Replaces a link of that name, and does not follow it.
    await rename(unfinished, within(parent, name)).catch(explain);
    sendJson(response, 201, { path: names.join('/'), bytes });
  } finally {
    await rm(unfinished, { force: true });
    await parent.close();
  }
}

/** @returns how many bytes there were. */
async function copyBody(request: IncomingMessage, file: FileHandle): Promise<number> {
  let bytes = 0;
  // The connection stays for the answer when the body is refused.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES) throw tooLarge();
    await file.writeFile(chunk).catch(explain);
  }
  return bytes;
}

const notAFile = () => new FileError(403, 'not-a-file', 'Only files and folders can be read.');
const tooLarge = () =>
  new FileError(413, 'file-too-large', `A file may have at most ${MAX_FILE_BYTES / 1024 / 1024} MiB.`);

function explain(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT') throw notFound();
  if (error.code === 'ELOOP') throw isLink();
  // O_DIRECTORY on a link that is not followed.
  if (error.code === 'ENOTDIR')
    throw new FileError(403, 'not-a-folder', 'Part of the path is a file or a link, not a folder.');
  if (error.code === 'EISDIR') throw new FileError(409, 'is-a-folder', 'A folder has this name.');
  // A socket.
  if (error.code === 'ENXIO') throw notAFile();
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    throw new FileError(507, 'no-space', 'There is no room for the file.');
  if (error.code === 'EACCES') throw new FileError(403, 'no-access', 'The session has closed this to others.');
  throw error;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') explain(error);
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof FileError ? error : new FileError(500, 'file-failed', 'The file could not be moved.');
  sendJson(response, known.status, { code: known.code, message: known.message });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
