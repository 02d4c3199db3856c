import type { FileListing, FileLookup, FilePlace, FileUpload, SeenFolder, StoredFile } from '@claude-webui/protocol';
import { UPLOAD_OFFSET_HEADER } from '@claude-webui/protocol';
import type { Account } from './account';
import type { CallOptions } from './call';
import { call } from './call';
import { ApiError } from './problem';
import type { Sending } from './send-blob';
import { sendBlob } from './send-blob';

/** What goes out of a file, and who hears of it. */
export type Transfer = Pick<Sending, 'signal' | 'progress'>;

/** The REST API for one session's files, as the signed-in person. Every call may throw an ApiError. */
export class FilesApi {
  constructor(
    private readonly account: Account,
    private readonly sessionId: string,
  ) {}

  /** A page of a folder, and what tells whether the folder has changed. */
  async list(path: string, after: string): Promise<{ listing: FileListing; etag: string }> {
    const query = after === '' ? '' : `?${new URLSearchParams({ after }).toString()}`;
    const response = await this.call('GET', `/files/${encodePath(path)}${query}`);
    return { listing: (await response.json()) as FileListing, etag: response.headers.get('etag') ?? '' };
  }

  /** What a path leads to that a program has printed. */
  async lookUp(path: string): Promise<FileLookup> {
    return this.json('GET', `/file-lookup?${new URLSearchParams({ path }).toString()}`);
  }

  /** Resolves with the folders that are not as they were seen, or with none after a while. */
  async changes(folders: SeenFolder[], signal: AbortSignal): Promise<string[]> {
    return (await this.json<{ changed: string[] }>('POST', '/file-changes', { folders }, { signal })).changed;
  }

  makeFolder(path: string): Promise<FilePlace> {
    return this.json('POST', '/folders', { path });
  }

  move(from: string, to: string): Promise<FilePlace> {
    return this.json('POST', '/moves', { from, to });
  }

  /** A folder goes with all that is in it. */
  async remove(path: string): Promise<void> {
    await this.call('DELETE', `/files/${encodePath(path)}?recursive=true`);
  }

  /** Size and age of a file; null if there is none. */
  async look(path: string): Promise<{ size: number; ageMs: number } | null> {
    try {
      const { headers } = await this.call('HEAD', `/files/${encodePath(path)}`);
      // By the server's clock, both.
      const ageMs = Date.parse(headers.get('date') ?? '') - Date.parse(headers.get('last-modified') ?? '');
      return { size: Number(headers.get('content-length')), ageMs };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  /** Sends a whole file. @throws NotSent too */
  async put(path: string, content: Blob, overwrite: boolean, transfer: Transfer): Promise<StoredFile> {
    const headers: Record<string, string> = overwrite ? {} : { 'if-none-match': '*' };
    const at = this.path(`/files/${encodePath(path)}`);
    const { body } = await sendBlob(this.account, 'PUT', at, content, { headers, ...transfer });
    return JSON.parse(body) as StoredFile;
  }

  /** Begins an upload in pieces. */
  begin(path: string, size: number, overwrite: boolean): Promise<FileUpload> {
    return this.json('POST', '/uploads', { path, size, overwrite });
  }

  /** Where an upload goes on. */
  async offset(id: string): Promise<number> {
    return (await this.json<FileUpload>('GET', `/uploads/${id}`)).offset;
  }

  /** Sends a piece. Gives where the next begins, or the file after the last. @throws NotSent too */
  async append(id: string, offset: number, piece: Blob, transfer: Transfer): Promise<{ next: number } | StoredFile> {
    const headers = { [UPLOAD_OFFSET_HEADER]: String(offset) };
    const at = this.path(`/uploads/${id}`);
    const answer = await sendBlob(this.account, 'PATCH', at, piece, { headers, ...transfer });
    const next = answer.header(UPLOAD_OFFSET_HEADER);
    return next === null ? (JSON.parse(answer.body) as StoredFile) : { next: Number(next) };
  }

  async giveUp(id: string): Promise<void> {
    await this.call('DELETE', `/uploads/${id}`);
  }

  /** Lets this browser download by the addresses of `link` for a few minutes. */
  async allowLinks(): Promise<void> {
    await this.call('POST', '/file-links', undefined, { credentials: 'include' });
  }

  /** Address of a file, or of a folder with all that is in it. */
  link(path: string, kind: 'file' | 'folder'): string {
    return this.account.url + this.path(`/files/${encodePath(path)}${kind === 'folder' ? '?archive=tar.gz' : ''}`);
  }

  /** All of a file or folder, for browsers that keep no cookie. */
  async content(path: string, kind: 'file' | 'folder'): Promise<Blob> {
    return (await this.call('GET', `/files/${encodePath(path)}${kind === 'folder' ? '?archive=tar.gz' : ''}`)).blob();
  }

  private async json<T>(method: string, path: string, body?: object, options?: CallOptions): Promise<T> {
    return (await (await this.call(method, path, body, options)).json()) as T;
  }

  private call(method: string, path: string, body?: object, options?: CallOptions): Promise<Response> {
    return call(this.account, method, this.path(path), body, options);
  }

  private path(below: string): string {
    return `/api/v1/sessions/${this.sessionId}${below}`;
  }
}

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/');
