/**
 * Keeps a store up to date: list, then watch from there. A watch that ends goes on where it was; one whose resource
 * version has been compacted away (410 Gone), or that the server refuses otherwise, begins again with a list.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '@claude-webui/protocol/kubernetes';
import type { ApiClient, Selection } from './api-client';
import { ApiError, isGone } from './api-error';
import { exponentialBackoff } from './backoff';
import type { ControllerLog } from './log';
import type { ResourceType } from './resource-type';
import type { Store } from './store';
import { versionOf } from './store';

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
  /** Resolves once the store holds a whole list. */
  readonly synced = new Promise<void>((resolve) => (this.markSynced = resolve));

  constructor(private readonly options: InformerOptions<T>) {
    this.running = this.run(this.stopping.signal);
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
      try {
        version ??= await this.relist();
        for await (const event of this.watch(version, signal)) {
          failures = 0;
          version = event;
        }
      } catch (error) {
        if (stopped()) return;
        if (error instanceof ApiError) version = null;
        if (!isGone(error)) this.options.log.warn({ resource: this.options.type.plural, err: error }, 'watch failed');
        await delay(isGone(error) && failures === 0 ? 0 : backoff(failures), undefined, { signal }).catch(
          () => undefined,
        );
        failures += 1;
      }
    }
  }

  private async relist(): Promise<string> {
    const { client, type, namespace, selection, store } = this.options;
    const { items, resourceVersion } = await client.list(type, namespace, selection);
    store.replace(items, Number(resourceVersion));
    this.options.onRelist?.();
    this.markSynced();
    return resourceVersion;
  }

  /** Yields the version that each event has brought the store to. */
  private async *watch(from: string, signal: AbortSignal): AsyncGenerator<string> {
    const { client, type, namespace, selection, store } = this.options;
    for await (const { type: event, object } of client.watch(type, namespace, selection ?? {}, from, signal)) {
      if (event === 'BOOKMARK') store.bookmark(versionOf(object));
      else store.watched(object, event === 'DELETED');
      yield object.metadata.resourceVersion ?? from;
    }
  }
}
