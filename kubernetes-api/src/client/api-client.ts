/** The Kubernetes API as gateway and operator use it: plain JSON objects, conditional writes, watches. */
import { createInterface } from 'node:readline';
import type { IncomingMessage } from 'node:http';
import type { KubernetesObject } from '../objects';
import { ApiError, isNotFound } from './api-error';
import type { Connection, RawRequest } from './connection';
import type { RateLimit } from './rate-limit';
import type { ResourceType } from './resource-type';
import { apiVersionOf, resourcePath } from './resource-type';

/** For the head of an answer, and as much again for its body. */
const REQUEST_TIMEOUT_MS = 15_000;
/**
 * The server ends a watch after so long, and as much again at random: that it is opened again is the only sign of life of a resource
 * that has no bookmarks (Events: kube-apiserver keeps no watch cache of them) and of which nothing happens. Seconds.
 */
const WATCH_SECONDS = 60;
/** A server that has not ended a watch so long after it said it would is taken for dead. */
const WATCH_GRACE_MS = 30_000;
const PAGE_SIZE = 1000;

export interface Selection {
  labelSelector?: string;
  fieldSelector?: string;
}

export interface Listed<T> {
  items: T[];
  resourceVersion: string;
}

/** A bookmark has only a resource version. */
export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  /** The deletion is refused with a conflict if the object is another by now. */
  preconditions?: { uid?: string; resourceVersion?: string };
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

interface StatusBody {
  reason?: string;
  message?: string;
  code?: number;
}

export interface ApiClientOptions {
  limit: RateLimit;
  /** Throws when this process may not write any more: see the operator's leader-election.ts. */
  fence: () => void;
  onAnswer: (method: string, code: number | 'error') => void;
  fieldManager: string;
  /** Milliseconds for the head of an answer, and again for its body. */
  timeoutMs?: number;
  /** After which the server ends a watch, and as much again at random. */
  watchSeconds?: number;
  /** Breaks off what is under way, watches have their own. */
  signal?: AbortSignal;
}

export class ApiClient {
  constructor(
    private readonly connection: Connection,
    private readonly options: ApiClientOptions,
  ) {}

  /** The same connection with other terms: for the lease, which is written before one leads and must not queue behind other requests. */
  with(terms: Pick<ApiClientOptions, 'fence' | 'limit' | 'timeoutMs'>): ApiClient {
    const { onAnswer, fieldManager } = this.options;
    return new ApiClient(this.connection, { onAnswer, fieldManager, ...terms });
  }

  private get timeoutMs(): number {
    return this.options.timeoutMs ?? REQUEST_TIMEOUT_MS;
  }

  async get<T extends KubernetesObject>(type: ResourceType<T>, namespace: string, name: string): Promise<T | null> {
    try {
      return (await this.read(resourcePath(type, namespace, name))) as T;
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** All objects, read page by page; the resource version is that of the first page, from which a watch can go on. */
  async list<T extends KubernetesObject>(
    type: ResourceType<T>,
    namespace: string,
    selection: Selection = {},
  ): Promise<Listed<T>> {
    const items: T[] = [];
    let continueFrom: string | undefined;
    for (;;) {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...selection });
      if (continueFrom !== undefined) query.set('continue', continueFrom);
      const page = (await this.read(`${resourcePath(type, namespace)}?${query.toString()}`)) as {
        items: T[];
        metadata: { resourceVersion: string; continue?: string };
      };
      for (const item of page.items) items.push(item);
      if (page.metadata.continue === undefined || page.metadata.continue === '')
        return { items, resourceVersion: page.metadata.resourceVersion };
      continueFrom = page.metadata.continue;
    }
  }

  /**
   * Resolves once the server has taken the watch. The events, which the caller has to take, end when the server or the signal ends
   * them. @throws ApiError, with 410 when `resourceVersion` is too old; the events throw it too.
   */
  async watch<T extends KubernetesObject>(
    type: ResourceType<T>,
    namespace: string,
    selection: Selection,
    resourceVersion: string,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<WatchEvent<T>>> {
    const { watchSeconds = WATCH_SECONDS } = this.options;
    const seconds = Math.round(watchSeconds * (1 + Math.random()));
    const query = new URLSearchParams({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(seconds),
      ...selection,
    });
    const response = await this.connection.send({
      method: 'GET',
      path: `${resourcePath(type, namespace)}?${query.toString()}`,
      timeoutMs: this.timeoutMs,
      signal,
      stream: true,
    });
    this.options.onAnswer('WATCH', response.statusCode ?? 0);
    if (response.statusCode !== 200) throw await errorOf(response, this.timeoutMs);
    return this.events<T>(response, seconds * 1000 + WATCH_GRACE_MS);
  }

  private async *events<T>(response: IncomingMessage, deadlineMs: number): AsyncGenerator<WatchEvent<T>> {
    const deadline = deadlineOf(response, deadlineMs);
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
        const event = eventIn<T>(line);
        if (event.type === 'ERROR') throw statusError(event.object.code ?? 500, event.object);
        yield event;
      }
    } finally {
      clearTimeout(deadline);
      response.destroy();
    }
  }

  create<T extends KubernetesObject>(type: ResourceType<T>, namespace: string, object: T): Promise<T> {
    return this.write({
      method: 'POST',
      path: `${resourcePath(type, namespace)}?fieldManager=${this.options.fieldManager}`,
      body: typed(type, object),
    });
  }

  /** Writes the whole object; refused with a conflict unless it still has the resource version in it. */
  replace<T extends KubernetesObject>(type: ResourceType<T>, namespace: string, object: T): Promise<T> {
    return this.write({
      method: 'PUT',
      path: resourcePath(type, namespace, object.metadata.name),
      body: typed(type, object),
    });
  }

  /** Server-side apply: makes or corrects the fields that the object has here, and owns them. */
  apply<T extends KubernetesObject>(type: ResourceType<T>, namespace: string, object: T): Promise<T> {
    const path = `${resourcePath(type, namespace, object.metadata.name)}?fieldManager=${this.options.fieldManager}&force=true`;
    return this.write({
      method: 'PATCH',
      path,
      body: typed(type, object),
      contentType: 'application/apply-patch+yaml',
    });
  }

  /**
   * JSON merge patch. With the resource version that was read in `metadata.resourceVersion` it is conditional: the server
   * refuses it with a conflict if anybody has written the object since.
   */
  patch<T extends KubernetesObject>(
    type: ResourceType<T>,
    namespace: string,
    name: string,
    patch: unknown,
    subresource: '' | '/status' = '',
  ): Promise<T> {
    return this.write({
      method: 'PATCH',
      path: `${resourcePath(type, namespace, name)}${subresource}?fieldManager=${this.options.fieldManager}`,
      body: patch,
      contentType: 'application/merge-patch+json',
    });
  }

  /** Resolves with null if there was no such object, and with the object as it stays while it ends gracefully. */
  async delete<T extends KubernetesObject>(
    type: ResourceType<T>,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): Promise<KubernetesObject | null> {
    try {
      return await this.write<KubernetesObject>({
        method: 'DELETE',
        path: resourcePath(type, namespace, name),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options },
      });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  private async read(path: string): Promise<unknown> {
    return this.exchange({ method: 'GET', path, timeoutMs: this.timeoutMs });
  }

  private async write<T>(request: Omit<RawRequest, 'timeoutMs'>): Promise<T> {
    return (await this.exchange({
      ...request,
      timeoutMs: this.timeoutMs,
      beforeSend: this.options.fence,
    })) as T;
  }

  private async exchange(request: RawRequest): Promise<unknown> {
    await this.options.limit.acquire();
    const { signal } = this.options;
    let response: IncomingMessage;
    try {
      response = await this.connection.send(signal === undefined ? request : { ...request, signal });
    } catch (error) {
      this.options.onAnswer(request.method, 'error');
      throw error;
    }
    const code = response.statusCode ?? 0;
    this.options.onAnswer(request.method, code);
    if (code < 200 || code > 299) throw await errorOf(response, this.timeoutMs);
    return JSON.parse(await textOf(response, this.timeoutMs));
  }
}

/** @throws ApiError for what is no event: whoever watches then does not begin again right before it */
function eventIn<T>(line: string): WatchEvent<T> | { type: 'ERROR'; object: StatusBody } {
  try {
    const event = JSON.parse(line) as WatchEvent<T> | { type: 'ERROR'; object: StatusBody };
    if (typeof event.object === 'object' && event.object !== null) return event;
  } catch {
    // A watch that is cut ends in the middle of a line.
  }
  throw new ApiError(500, 'BadEvent', 'what the API server says on a watch is not an event');
}

function typed<T extends KubernetesObject>(type: ResourceType<T>, object: T): T {
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...object };
}

/** Ends a body that has not come in time; whoever reads it then gets an error. */
function deadlineOf(response: IncomingMessage, timeoutMs: number): NodeJS.Timeout {
  const late = () => response.destroy(new Error(`The API server did not end its answer within ${timeoutMs} ms`));
  return setTimeout(late, timeoutMs);
}

async function textOf(response: IncomingMessage, timeoutMs: number): Promise<string> {
  const deadline = deadlineOf(response, timeoutMs);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } finally {
    clearTimeout(deadline);
  }
}

async function errorOf(response: IncomingMessage, timeoutMs: number): Promise<ApiError> {
  const text = await textOf(response, timeoutMs);
  const code = response.statusCode ?? 0;
  try {
    return statusError(code, JSON.parse(text) as StatusBody);
  } catch {
    return new ApiError(code, '', text.slice(0, 500));
  }
}

function statusError(code: number, { reason = '', message = '' }: StatusBody): ApiError {
  return new ApiError(code, reason, message);
}
