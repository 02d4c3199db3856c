import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isUnchanged, partOf, versionOf } from './conditions';
import { FileError, explain } from './file-error';
import { shownName } from './file-name';
import { within } from './folder';

const READ_BYTES = 256 * 1024;
/** A pipe is not waited for. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a regular file for reading. The caller closes it. @throws FileError */
export async function openFile(folder: FileHandle, name: string): Promise<{ file: FileHandle; stats: BigIntStats }> {
  const file = await open(within(folder, name), READ_FLAGS).catch(explain);
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new FileError('not-a-file');
    return { file, stats };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Answers with a file, the part of it that is asked for, or the word that it has not changed. */
export async function sendFile(
  folder: FileHandle,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { file, stats } = await openFile(folder, name);
  try {
    const version = versionOf(stats);
    const size = Number(stats.size);
    response.setHeader('etag', version.etag);
    response.setHeader('last-modified', new Date(version.modifiedMs).toUTCString());
    response.setHeader('accept-ranges', 'bytes');
    if (isUnchanged(request.headers, version)) return void response.writeHead(304).end();
    const isHead = request.method === 'HEAD';
    // For a refusal (RFC 9110 §14.4).
    response.setHeader('content-range', `bytes */${size}`);
    // Ranges are of GET alone (RFC 9110 §14.2).
    const part = isHead ? null : partOf(request.headers, size, version);
    response.removeHeader('content-range');
    const { first, last } = part ?? { first: 0, last: size - 1 };
    response.writeHead(part === null ? 200 : 206, {
      'content-type': 'application/octet-stream',
      'content-length': last - first + 1,
      'content-disposition': attachment(name),
      ...(part === null ? {} : { 'content-range': `bytes ${first}-${last}/${size}` }),
    });
    if (isHead || last < first) return void response.end();
    const content = file.createReadStream({ autoClose: false, highWaterMark: READ_BYTES, start: first, end: last });
    await pipeline(content, exactly(last - first + 1), response);
  } finally {
    await file.close();
  }
}

/** Passes on so many bytes. A file that has shrunk meanwhile breaks off, for its length was promised. */
function exactly(bytes: number) {
  return async function* (content: AsyncIterable<Buffer>) {
    let left = bytes;
    for await (const chunk of content) {
      left -= chunk.length;
      yield chunk;
    }
    if (left > 0) throw new Error('the file has become shorter');
  };
}

/** RFC 6266; its ext-value permits fewer characters than URLs do (RFC 8187 §3.2.1). */
export function attachment(name: string): string {
  const encoded = encodeURIComponent(shownName(name)).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
