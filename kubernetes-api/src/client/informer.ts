/**
 * Keeps a store up to date: list, then watch from there. A watch that ends goes on where it was; one whose resource
 * version has been compacted away (410 Gone), or that the server refuses otherwise, begins again with a list.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '../objects';
import type { ApiClient, Selection } from './api-client';
import { ApiError, isGone } from './api-error';
import { exponentialBackoff } from './backoff';
import type { ControllerLog } from './log';
import type { ResourceType } from './resource-type';
import type { Store } from './store';
import { versionOf } from './store';

/** A watch that a server ends sooner counts as failed: it is not opened again without a pause. Milliseconds. */
const SHORT_WATCH_MS = 5_000;
/** Failed lists and watches: from 100 ms, doubled up to 10 s, so that a server that comes back is not trampled. */
const backoff = exponentialBackoff(100, 10_000);

export interface InformerOptions<T extends KubernetesObject> {
  client: ApiClient;
  type: ResourceType<T>;
  namespace: string;
  selection?: Selection;
  store: Store<T>;
  log: ControllerLog;
  onRelist?: () => void;
}

export class Informer<T extends KubernetesObject> {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private markSynced!: () => void;
  private isSynced = false;
  private heardAt: number | null = null;
  /** Since when the server could not be heard; null while it can. */
  private deafSince: number | null = performance.now();
  /** Resolves once the store holds a whole list. */
  readonly synced = new Promise<void>((resolve) => (this.markSynced = resolve));

  constructor(private readonly options: InformerOptions<T>) {
    this.running = this.run(this.stopping.signal);
  }

  /** What is watched, as the API names it. */
  get resource(): string {
    return this.options.type.plural;
  }

  get hasSynced(): boolean {
    return this.isSynced;
  }

  /** Milliseconds since the last sign of life of this resource: a list, a watch that was opened, an event, a bookmark; null if there was none. */
  get silentMs(): number | null {
    return this.heardAt === null ? null : performance.now() - this.heardAt;
  }

  /** Milliseconds for which the resource could not be read: since the beginning, or since a list or watch has failed; 0 while it can be. */
  get deafMs(): number {
    return this.deafSince === null ? 0 : performance.now() - this.deafSince;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    let version: string | null = null;
    let failures = 0;
    const stopped = () => signal.aborted;
    while (!stopped()) {
      let watchedFrom: number | null = null;
      const wasShort = () => watchedFrom === null || performance.now() - watchedFrom < SHORT_WATCH_MS;
      try {
        version ??= await this.relist();
        watchedFrom = performance.now();
        for await (const event of this.watch(version, signal)) version = event;
        failures = wasShort() ? failures + 1 : 0;
        if (failures > 0) await pause(backoff(failures - 1), signal);
      } catch (error) {
        if (stopped()) return;
        this.deafSince ??= performance.now();
        if (error instanceof ApiError) version = null;
        if (!isGone(error)) this.options.log.warn({ resource: this.options.type.plural, err: error }, 'watch failed');
        if (!wasShort()) failures = 0;
        await pause(isGone(error) && failures === 0 ? 0 : backoff(failures), signal);
        failures += 1;
      }
    }
  }

  private async relist(): Promise<string> {
    const { client, type, namespace, selection, store } = this.options;
    const { items, resourceVersion } = await client.list(type, namespace, selection);
    store.replace(items, Number(resourceVersion));
    this.options.onRelist?.();
    this.heard();
    this.isSynced = true;
    this.markSynced();
    return resourceVersion;
  }

  private heard(): void {
    this.heardAt = performance.now();
    this.deafSince = null;
  }

  /** Yields the version that each event has brought the store to. */
  private async *watch(from: string, signal: AbortSignal): AsyncGenerator<string> {
    const { client, type, namespace, selection, store } = this.options;
    const events = await client.watch(type, namespace, selection ?? {}, from, signal);
    this.heard();
    for await (const { type: event, object } of events) {
      this.heard();
      if (event === 'BOOKMARK') store.bookmark(versionOf(object));
      else store.watched(object, event === 'DELETED');
      yield object.metadata.resourceVersion ?? from;
    }
  }
}

/** Resolves after `ms` milliseconds, or when the signal comes. */
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);
