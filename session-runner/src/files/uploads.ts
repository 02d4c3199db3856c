import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { FileUpload, NewUpload, StoredFile } from '@claude-webui/protocol';
import { UPLOAD_OFFSET_HEADER } from '@claude-webui/protocol';
import { FileError, explain } from './file-error';
import { inParent } from './folder';
import type { Names } from './path';
import { checkNewNames, parsePath } from './path';
import type { Existing } from './place';
import { current, place } from './place';
import type { Places } from './put';
import { tooLarge } from './put';
import { lengthOf, receive } from './receive';
import { checkSpace } from './space';
import { placeOf, storedFile } from './stored-file';

/** Each is a file that takes room. */
const MAX_UPLOADS = 32;
/** How long one is kept after its last byte. Milliseconds. */
const KEPT_MS = 60 * 60_000;
/** Above MAX_UPLOADS the one that was broken off longest ago gives way, if that is this long ago. Milliseconds. */
const YIELDS_AFTER_MS = 60_000;

interface Upload {
  id: string;
  names: Names;
  size: number;
  existing: Existing;
  /** Its bytes so far. */
  path: string;
  offset: number;
  lastMs: number;
  /** A piece that is being received. */
  receiving: { request: IncomingMessage; settled: Promise<void> } | null;
  timer: NodeJS.Timeout | null;
}

/**
 * Uploads in pieces: each piece says where it belongs, and after a cut the client asks how far it got. Where a whole file is
 * there, it is put in its place at once. What is unfinished lives in memory and in a folder of its own.
 */
export class Uploads {
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly places: Places,
    private readonly now: () => number = Date.now,
  ) {}

  /** Bytes that unfinished uploads have been promised. */
  get reserved(): number {
    return [...this.uploads.values()].reduce((sum, { size, offset }) => sum + size - offset, 0);
  }

  /** Refuses, before a byte has come, what could not be finished. @throws FileError */
  async create({ path, size, overwrite = false }: NewUpload, maxBytes: number): Promise<FileUpload> {
    const { root, uploads } = this.places;
    const names = parsePath(path, root);
    if (size > maxBytes) throw tooLarge(maxBytes);
    const existing = overwrite ? 'replace' : 'keep';
    await inParent(root, names, 'make', async (folder, name) => {
      const before = await current(folder, name);
      if (before === null) checkNewNames([name]);
      if (before?.isDirectory() === true) throw new FileError('is-a-folder');
      if (before !== null && existing === 'keep') throw new FileError('file-exists');
      await checkSpace(folder, size, this.reserved);
    });
    await this.makeRoom();
    const id = randomUUID();
    const upload: Upload = {
      ...{ id, names, size, existing, path: join(uploads, id), offset: 0, lastMs: this.now() },
      ...{ receiving: null, timer: null },
    };
    this.uploads.set(id, upload);
    await (await open(upload.path, 'wx', 0o600).catch(explain)).close();
    this.keep(upload);
    return this.shown(upload);
  }

  /** How far it is. A piece that is being received ends first, for its sender has come back. @throws FileError upload-not-found */
  async find(id: string): Promise<FileUpload> {
    return this.shown(await this.idle(id));
  }

  /** Takes a piece; gives the file once it is whole and in its place. @throws FileError */
  async append(id: string, request: IncomingMessage): Promise<FileUpload | { file: StoredFile; isNew: boolean }> {
    const upload = await this.idle(id);
    const offset = /^\d{1,15}$/.exec(String(request.headers[UPLOAD_OFFSET_HEADER]))?.[0];
    if (offset === undefined) throw new FileError('bad-upload');
    if (Number(offset) !== upload.offset) throw new FileError('wrong-offset', `It goes on at byte ${upload.offset}.`);
    if (upload.offset + (lengthOf(request) ?? 0) > upload.size) throw tooMuch();
    const received = this.receive(upload, request);
    const settled = received.catch(() => undefined);
    upload.receiving = { request, settled };
    await received.finally(() => (upload.receiving = null));
    this.keep(upload);
    return upload.offset < upload.size ? this.shown(upload) : this.finish(upload);
  }

  /** @throws FileError upload-not-found */
  async cancel(id: string): Promise<void> {
    await this.forget(await this.idle(id));
  }

  /** Forgets all of them. May be called twice. */
  async close(): Promise<void> {
    for (const { id } of [...this.uploads.values()]) await this.cancel(id).catch(() => undefined);
  }

  private async receive(upload: Upload, request: IncomingMessage): Promise<void> {
    const file = await open(upload.path, 'r+').catch(explain);
    const written = (offset: number) => {
      upload.offset = offset;
      upload.lastMs = this.now();
    };
    const reception = { start: upload.offset, end: upload.size, tooLong: tooMuch, written };
    await receive(request, file, reception).finally(() => file.close());
  }

  private async finish(upload: Upload): Promise<{ file: StoredFile; isNew: boolean }> {
    const { names, path, existing } = upload;
    try {
      return await inParent(this.places.root, names, 'make', async (folder, name) => {
        const isNew = (await current(folder, name)) === null;
        await place(path, folder, name, existing);
        return { file: await storedFile(folder, this.places.root, names), isNew };
      });
    } finally {
      await this.forget(upload);
    }
  }

  /** An upload to which nobody is sending any more. */
  private async idle(id: string): Promise<Upload> {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new FileError('upload-not-found');
    if (upload.receiving !== null) {
      upload.receiving.request.destroy();
      await upload.receiving.settled;
      return this.idle(id);
    }
    return upload;
  }

  private async makeRoom(): Promise<void> {
    if (this.uploads.size < MAX_UPLOADS) return;
    const idle = [...this.uploads.values()].filter(({ receiving }) => receiving === null);
    const oldest = idle.sort((a, b) => a.lastMs - b.lastMs)[0];
    if (oldest === undefined || this.now() - oldest.lastMs < YIELDS_AFTER_MS) throw new FileError('files-busy');
    await this.forget(oldest);
  }

  private keep(upload: Upload): void {
    if (upload.timer !== null) clearTimeout(upload.timer);
    const expire = () => {
      if (upload.receiving !== null) this.keep(upload);
      else this.forget(upload).catch(() => undefined);
    };
    upload.timer = setTimeout(expire, KEPT_MS).unref();
  }

  private async forget(upload: Upload): Promise<void> {
    if (upload.timer !== null) clearTimeout(upload.timer);
    this.uploads.delete(upload.id);
    await rm(upload.path, { force: true });
  }

  private shown({ id, names, size, offset, lastMs }: Upload): FileUpload {
    const expiresAt = new Date(lastMs + KEPT_MS).toISOString();
    return { id, ...placeOf(this.places.root, names), size, offset, expiresAt };
  }
}

const tooMuch = () => new FileError('bad-upload', 'It has more bytes than were announced.');
