import type { StoredFile } from '@claude-webui/protocol';
import type { FilesApi } from '../../api/files';
import { ApiError } from '../../api/problem';
import { NotSent } from '../../api/send-blob';
import { backoffMs } from '../../connection/backoff';
import type { Delay } from '../delay';
import { FIRST_PIECE, nextPiece } from './piece-size';

/** Up to this size a file goes in one request. Bytes. */
const WHOLE = FIRST_PIECE;
/** Failures in a row after which the person is asked to try again: about three minutes. */
const MAX_FAILURES = 16;
/** By how much a file may be younger than its upload by our clock. Milliseconds. */
const CLOCK_SLACK_MS = 3000;

/** What of the API is needed to send a file. */
export type UploadApi = Pick<FilesApi, 'put' | 'begin' | 'offset' | 'append' | 'giveUp' | 'look' | 'lookUp'>;

export interface SenderOptions {
  /** Whether it may take the place of a file of its name. */
  overwrite: boolean;
  /** Hears how many bytes of the file have gone out. */
  progress: (bytes: number) => void;
  /** Hears whether the server is being waited for, because it cannot be reached. */
  waiting: (isWaiting: boolean) => void;
  now: () => number;
  delay: Delay;
}

/** There is something of this name, which the person may want to keep. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

/** The browser cannot read the file. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Sends a file to its place, in pieces if it is large; after a cut it goes on where it was. */
export class FileSender {
  private readonly startedAt: number;
  private failures = 0;
  /** Of an upload in pieces that can be gone on with. */
  private uploadId: string | null = null;
  private signal: AbortSignal = new AbortController().signal;

  constructor(
    private readonly api: UploadApi,
    private readonly path: string,
    private readonly file: File,
    private readonly options: SenderOptions,
  ) {
    this.startedAt = options.now();
  }

  /** May be called again after it has failed. @throws NameTaken, Unreadable, ApiError, NotSent, the signal's reason */
  async send(signal: AbortSignal): Promise<StoredFile> {
    this.signal = signal;
    this.failures = 0;
    try {
      return this.file.size <= WHOLE ? await this.sendWhole() : await this.sendPieces();
    } catch (error) {
      if (!mayPass(error)) this.giveUp();
      const isTaken = error instanceof ApiError && (error.code === 'file-exists' || error.status === 412);
      throw isTaken ? new NameTaken() : error;
    } finally {
      this.options.waiting(false);
    }
  }

  /** Nobody goes on with it. */
  giveUp(): void {
    const id = this.uploadId;
    this.uploadId = null;
    // If this fails, the server forgets it by itself.
    if (id !== null) this.api.giveUp(id).catch(() => undefined);
  }

  private async sendWhole(): Promise<StoredFile> {
    const { overwrite, progress } = this.options;
    const { signal } = this;
    for (;;) {
      try {
        return await this.api.put(this.path, this.file, overwrite, { signal, progress });
      } catch (error) {
        await this.recover(error);
        const stored = await this.retrying(() => this.alreadyThere());
        if (stored !== null) return stored;
      }
    }
  }

  private async sendPieces(): Promise<StoredFile> {
    const { overwrite } = this.options;
    const known = this.uploadId;
    const at = known === null ? 0 : await this.retrying(() => this.offsetOf(known));
    if (typeof at !== 'number') return at;
    const id = known ?? (await this.retrying(() => this.api.begin(this.path, this.file.size, overwrite))).id;
    this.uploadId = id;
    const stored = await this.appendAll(id, at);
    this.uploadId = null;
    return stored;
  }

  private async appendAll(id: string, from: number): Promise<StoredFile> {
    const { progress, now } = this.options;
    const { signal } = this;
    let [offset, size] = [from, FIRST_PIECE];
    for (;;) {
      const [start, began] = [offset, now()];
      try {
        const piece = this.file.slice(start, start + size);
        const answer = await this.api.append(id, start, piece, { signal, progress: (sent) => progress(start + sent) });
        if (!('next' in answer)) return answer;
        offset = answer.next;
        size = nextPiece(size, now() - began);
        this.failures = 0;
        this.options.waiting(false);
      } catch (error) {
        await this.recover(error);
        const next = await this.retrying(() => this.offsetOf(id));
        if (typeof next !== 'number') return next;
        offset = next;
        size = FIRST_PIECE;
        progress(offset);
      }
    }
  }

  /** Where an upload goes on; or the file, if the answer to the last piece is what was lost. */
  private async offsetOf(id: string): Promise<number | StoredFile> {
    try {
      return await this.api.offset(id);
    } catch (error) {
      const isGone = error instanceof ApiError && error.code === 'upload-not-found';
      const stored = isGone ? await this.alreadyThere() : null;
      if (stored === null) throw error;
      return stored;
    }
  }

  /** The file as the server has it, if it is the one that we have sent: of this size, and no older than our sending. */
  private async alreadyThere(): Promise<StoredFile | null> {
    const found = await this.api.look(this.path);
    const sinceMs = this.options.now() - this.startedAt + CLOCK_SLACK_MS;
    if (found === null || found.size !== this.file.size || !(found.ageMs <= sinceMs)) return null;
    const { path, sessionPath } = await this.api.lookUp(this.path);
    return { path, sessionPath, size: found.size, modifiedAt: '', mode: '' };
  }

  private async retrying<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  /** Waits a while if the error may pass by itself. @throws it if not */
  private async recover(error: unknown): Promise<void> {
    const { delay, waiting } = this.options;
    if (this.signal.aborted || !mayPass(error)) throw error;
    if (!(await isReadable(this.file))) throw new Unreadable();
    this.failures += 1;
    if (this.failures > MAX_FAILURES) throw error;
    waiting(true);
    await delay(backoffMs(this.failures, Math.random()), this.signal);
    this.signal.throwIfAborted();
  }
}

/** A browser says only that nothing was sent, also when the file has been moved or changed since it was chosen. */
function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

/** Whether it is the way to the server that failed, or a server that asks to come back. */
function mayPass(error: unknown): boolean {
  // What fetch throws when nothing was answered.
  if (error instanceof NotSent || error instanceof TypeError) return true;
  if (!(error instanceof ApiError)) return false;
  // A session that comes back in another place is starting for a moment.
  return [429, 502, 503, 504].includes(error.status) || ['wrong-offset', 'session-starting'].includes(error.code);
}
