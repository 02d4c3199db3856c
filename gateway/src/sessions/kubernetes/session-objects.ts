/** The ClaudeSessions of one namespace: made, deleted, and followed by a watch. All that a gateway may do in the cluster. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClaudeSession, NewClaudeSessionSpec } from '@claude-webui/kubernetes-api';
import { ANNOTATIONS, SCHEMA_VERSION } from '@claude-webui/kubernetes-api';
import type { ClusterAccess } from '@claude-webui/kubernetes-api/client';
import { CLAUDE_SESSION, Informer, Store } from '@claude-webui/kubernetes-api/client';
import type { Logger } from '../../log';
import type { Cluster } from './cluster';
import { isPassing, openCluster } from './cluster';

const FIRST_RETRIES_MS = [500, 1000, 2000, 4000, 8000];

export class SessionObjects {
  private readonly store = new Store<ClaudeSession>();
  private readonly listeners = new Set<(name: string) => void>();
  private readonly informer: Informer<ClaudeSession>;

  private constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
    log: Logger,
  ) {
    this.store.onChange((before, after) => this.changed((after ?? before)?.metadata.name ?? ''));
    const { client } = cluster;
    this.informer = new Informer({ client, type: CLAUDE_SESSION, namespace, store: this.store, log });
  }

  /** Resolves once every object is known. @throws ApiError, or Error when nothing answers */
  static async open(namespace: string, log: Logger, access?: ClusterAccess): Promise<SessionObjects> {
    const cluster = openCluster(access);
    try {
      // A list of its own, so that what is wrong at the start is the caller's to say.
      await firstAnswer(cluster, namespace, log);
    } catch (error) {
      cluster.close();
      throw error;
    }
    const objects = new SessionObjects(cluster, namespace, log);
    await objects.informer.synced;
    return objects;
  }

  get(name: string): ClaudeSession | undefined {
    return this.store.get(name);
  }

  all(): readonly ClaudeSession[] {
    return [...this.store.list()];
  }

  /** @throws ApiError */
  async create(name: string, spec: NewClaudeSessionSpec): Promise<void> {
    const metadata = { name, annotations: { [ANNOTATIONS.schemaVersion]: String(SCHEMA_VERSION) } };
    await this.cluster.client.create(CLAUDE_SESSION, this.namespace, { metadata, spec } as ClaudeSession);
  }

  /** @throws ApiError */
  suspend(name: string): Promise<void> {
    return this.setSuspend(name, true);
  }

  /** @throws ApiError */
  resume(name: string): Promise<void> {
    return this.setSuspend(name, false);
  }

  private async setSuspend(name: string, suspend: boolean): Promise<void> {
    await this.cluster.client.patch(CLAUDE_SESSION, this.namespace, name, { spec: { suspend } });
  }

  /** One that is gone is deleted. @throws ApiError */
  async delete(name: string): Promise<void> {
    await this.cluster.client.delete(CLAUDE_SESSION, this.namespace, name);
  }

  /** Calls back with the name of an object that has come, changed or gone. Returns the unsubscriber. */
  subscribe(listener: (name: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.listeners.clear();
    await this.informer.close();
    this.cluster.close();
  }

  private changed(name: string): void {
    for (const listener of this.listeners) listener(name);
  }
}

/** An API server that starts too, or that is being upgraded, is given a moment. */
async function firstAnswer({ client }: Cluster, namespace: string, log: Logger): Promise<void> {
  for (const wait of FIRST_RETRIES_MS) {
    try {
      await client.list(CLAUDE_SESSION, namespace);
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      log.warn({ err: error }, 'the cluster does not answer yet');
      await delay(wait);
    }
  }
  await client.list(CLAUDE_SESSION, namespace);
}
