import { basename } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileListing, FileRefusal } from '@claude-webui/protocol';
import { MAX_FILE_BYTES_HEADER, UPLOAD_OFFSET_HEADER, WORKSPACE_ROUTES } from '@claude-webui/protocol';
import type { Logger } from 'pino';
import * as z from 'zod/mini';
import { fileMove, listingQuery, lookupQuery, newFolder, newUpload, removeQuery, seenFolders } from '../config/files';
import { sendArchive } from './archive';
import { MAX_WAIT_MS, changedFolders } from './changes';
import { FileError } from './file-error';
import { inFolder, inParent, look } from './folder';
import type { PageWish } from './listing';
import { FIRST_PAGE, etagOfPage, listFolder } from './listing';
import { lookUp } from './lookup';
import { makeFolder, moveEntry } from './move';
import type { Names } from './path';
import { parseEncodedPath } from './path';
import type { Places } from './put';
import { putFile } from './put';
import { removeEntry } from './remove';
import { sendFile } from './send';
import { placeOf } from './stored-file';
import { Uploads } from './uploads';

/** Under way at once, waits for changes included. */
const MAX_REQUESTS = 64;
/** Of a body that is JSON: 64 paths of usual length and more. */
const MAX_JSON_BYTES = 128 * 1024;
/** For gateways that say no other. */
const USUAL_MAX_FILE_BYTES = 100 * 1024 * 1024;
/** Nothing has moved for so long: the other side has gone, and Node closes the socket. Milliseconds. */
const SILENCE_MS = 60_000;

export interface WorkspaceServerOptions extends Places {
  log: Logger;
  /** Longest wait for a change. Milliseconds. */
  waitMs?: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Serves the files of one workspace (protocol/src/runner-link.ts, WORKSPACE_ROUTES). Who asks may do all of it. */
export class WorkspaceServer {
  private readonly uploads: Uploads;
  private requests = 0;
  /** Method and route. */
  private readonly routes: Record<string, Answer> = {
    [`POST ${WORKSPACE_ROUTES.folders}`]: (request, response) => this.postFolder(request, response),
    [`POST ${WORKSPACE_ROUTES.moves}`]: (request, response) => this.postMove(request, response),
    [`POST ${WORKSPACE_ROUTES.uploads}`]: (request, response) => this.postUpload(request, response),
    [`POST ${WORKSPACE_ROUTES.changes}`]: (request, response) => this.postChanges(request, response),
    [`GET ${WORKSPACE_ROUTES.lookup}`]: (_request, response, url) => this.getLookup(response, url),
  };

  constructor(private readonly options: WorkspaceServerOptions) {
    this.uploads = new Uploads(options);
  }

  /** @param target what follows WORKSPACE_PATH in the request's address, as it came */
  async answer(request: IncomingMessage, response: ServerResponse, target: string): Promise<void> {
    this.requests += 1;
    // A large folder takes its time to be deleted.
    if (request.method !== 'DELETE') request.socket.setTimeout(SILENCE_MS);
    try {
      if (this.requests > MAX_REQUESTS) throw new FileError('files-busy');
      await this.route(request, response, target);
    } catch (error) {
      this.refuse(response, error);
      // Whoever sends on reads no answer before it is through.
      request.resume();
    } finally {
      this.requests -= 1;
      request.socket.setTimeout(0);
    }
  }

  close(): Promise<void> {
    return this.uploads.close();
  }

  private async route(request: IncomingMessage, response: ServerResponse, target: string): Promise<void> {
    const [path = '', query = ''] = target.split('?', 2);
    const url = new URL(`http://runner/?${query}`);
    const { method = '' } = request;
    const route = this.routes[`${method} ${path}`];
    if (route !== undefined) return route(request, response, url);
    const below = (prefix: string) => (`${path}/`.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : null);
    const file = below(WORKSPACE_ROUTES.files);
    if (file !== null) return this.file(request, response, parseEncodedPath(file, this.options.root), url);
    const upload = below(WORKSPACE_ROUTES.uploads);
    if (upload !== null) return this.upload(request, response, upload);
    response.writeHead(404).end();
  }

  private async file(request: IncomingMessage, response: ServerResponse, names: Names, url: URL): Promise<void> {
    const { root } = this.options;
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return this.getFile(request, response, names, url);
      case 'PUT': {
        const rules = { maxBytes: maxFileBytes(request), reserved: this.uploads.reserved };
        const { file, isNew } = await putFile(this.options, names, request, rules);
        return sendJson(response, isNew ? 201 : 200, file);
      }
      case 'DELETE':
        await removeEntry(root, names, queryOf(url, removeQuery).recursive === 'true');
        return void response.writeHead(204).end();
      default:
        return void response.writeHead(405).end();
    }
  }

  private async getFile(request: IncomingMessage, response: ServerResponse, names: Names, url: URL): Promise<void> {
    const { root } = this.options;
    const { limit, after, archive } = queryOf(url, listingQuery);
    const isFolder =
      names.length === 0 ||
      (await inParent(root, names, 'refuse', async (folder, name) => (await look(folder, name)).isDirectory()));
    if (!isFolder) return inParent(root, names, 'refuse', (folder, name) => sendFile(folder, name, request, response));
    if (archive === undefined) {
      const wish = { limit: limit ?? FIRST_PAGE.limit, after: after ?? FIRST_PAGE.after };
      return this.getListing(request, response, names, wish);
    }
    const name = names.at(-1) ?? basename(root);
    if (request.method === 'HEAD') return void response.writeHead(200, { 'content-type': 'application/gzip' }).end();
    return inFolder(root, names, 'refuse', (folder) => sendArchive(folder, name, response));
  }

  private async getListing(
    request: IncomingMessage,
    response: ServerResponse,
    names: Names,
    wish: PageWish,
  ): Promise<void> {
    const { root } = this.options;
    const page = await inFolder(root, names, 'refuse', (folder) => listFolder(folder, wish));
    const etag = etagOfPage(page);
    response.setHeader('etag', etag);
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    const listing: FileListing = { ...placeOf(root, names), ...page };
    sendJson(response, 200, listing, request.method === 'HEAD');
  }

  private async postFolder(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path } = await bodyOf(request, newFolder);
    sendJson(response, 201, await makeFolder(this.options.root, path));
  }

  private async postMove(request: IncomingMessage, response: ServerResponse): Promise<void> {
    sendJson(response, 200, await moveEntry(this.options.root, await bodyOf(request, fileMove)));
  }

  private async postUpload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const upload = await this.uploads.create(await bodyOf(request, newUpload), maxFileBytes(request));
    sendJson(response, 201, upload);
  }

  private async upload(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    switch (request.method) {
      case 'GET':
        return sendJson(response, 200, await this.uploads.find(id));
      case 'HEAD': {
        const { offset, size } = await this.uploads.find(id);
        const headers = { [UPLOAD_OFFSET_HEADER]: offset, 'upload-length': size, 'cache-control': 'no-store' };
        return void response.writeHead(204, headers).end();
      }
      case 'PATCH': {
        const done = await this.uploads.append(id, request);
        if ('file' in done) return sendJson(response, done.isNew ? 201 : 200, done.file);
        return void response.writeHead(204, { [UPLOAD_OFFSET_HEADER]: done.offset }).end();
      }
      case 'DELETE':
        await this.uploads.cancel(id);
        return void response.writeHead(204).end();
      default:
        return void response.writeHead(405).end();
    }
  }

  private async postChanges(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { folders } = await bodyOf(request, seenFolders);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const waitMs = this.options.waitMs ?? MAX_WAIT_MS;
    sendJson(response, 200, { changed: await changedFolders(this.options.root, folders, waitMs, gone.signal) });
  }

  private async getLookup(response: ServerResponse, url: URL): Promise<void> {
    sendJson(response, 200, await lookUp(this.options.root, queryOf(url, lookupQuery).path));
  }

  private refuse(response: ServerResponse, error: unknown): void {
    const known = error instanceof FileError ? error : new FileError('file-failed');
    if (known !== error) this.options.log.debug({ err: error }, 'a request for a file failed');
    if (response.headersSent || response.destroyed) return void response.destroy();
    const { code, detail } = known;
    sendJson(response, known.status, { code, ...(detail === undefined ? {} : { detail }) } satisfies FileRefusal);
  }
}

function maxFileBytes(request: IncomingMessage): number {
  const given = Number(request.headers[MAX_FILE_BYTES_HEADER] ?? USUAL_MAX_FILE_BYTES);
  return Number.isSafeInteger(given) && given >= 0 ? given : USUAL_MAX_FILE_BYTES;
}

/** @throws FileError bad-path */
function queryOf<T>(url: URL, schema: z.ZodMiniType<T>): T {
  return checked(schema, Object.fromEntries(url.searchParams));
}

/** @throws FileError bad-path */
async function bodyOf<T>(request: IncomingMessage, schema: z.ZodMiniType<T>): Promise<T> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_JSON_BYTES) throw new FileError('bad-path', 'The request is too long.');
    chunks.push(chunk);
  }
  return checked(schema, parsed(Buffer.concat(chunks).toString('utf8')));
}

function checked<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new FileError('bad-path', z.prettifyError(result.error));
  return result.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sendJson(response: ServerResponse, status: number, body: object, isHead = false): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(isHead ? undefined : text);
}
