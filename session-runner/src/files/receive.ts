import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { FileError } from './file-error';
import { explain } from './file-error';

export interface Reception {
  /** Where the body's first byte goes. */
  start: number;
  /** Where the file has to end. */
  end: number;
  /** The refusal of a body that goes on. */
  tooLong: () => FileError;
  /** Hears how far the file is written, so that whoever goes on after a cut knows from where. */
  written?: (offset: number) => void;
}

/** Writes a request's body to a file. @throws FileError; the connection's error when it breaks */
export async function receive(request: IncomingMessage, file: FileHandle, reception: Reception): Promise<void> {
  const { start, end, tooLong, written } = reception;
  let offset = start;
  // The connection stays for the answer when the body is refused.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of body) {
    if (offset + chunk.length > end) throw tooLong();
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, offset + done).catch(explain);
      done += bytesWritten;
    }
    offset += chunk.length;
    written?.(offset);
  }
}

/** How long the body says it is; null where it does not. */
export function lengthOf(request: IncomingMessage): number | null {
  const length = request.headers['content-length'];
  return length === undefined ? null : Number(length);
}
