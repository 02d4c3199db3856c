/** The ClaudeSessions of one namespace: made, deleted, and followed by a watch. All that a gateway may do in the cluster. */
import { setTimeout as delay } from 'node:timers/promises';
import { background } from '@claude-webui/protocol';
import type { KubeConfig, KubernetesListObject, KubernetesObject } from '@kubernetes/client-node';
import { CustomObjectsApi, ListWatch, Watch } from '@kubernetes/client-node';
import type { ClaudeSession, NewClaudeSessionSpec } from '@claude-webui/protocol/kubernetes';
import { ANNOTATIONS, API_GROUP, API_VERSION, GROUP_VERSION, SCHEMA_VERSION } from '@claude-webui/protocol/kubernetes';
import type { Logger } from '../../log';
import { ClusterError, clusterConfig, refused } from './cluster';

const PLURAL = 'claudesessions';
/** From a watch that failed to the next, so that an API server that comes back is not trampled. Milliseconds. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 15_000;
const FIRST_RETRIES_MS = [500, 1000, 2000, 4000, 8000];

export class SessionObjects {
  private readonly api: CustomObjectsApi;
  private readonly informer: ListWatch<KubernetesObject>;
  private readonly listeners = new Set<(name: string) => void>();
  private readonly closing = new AbortController();
  private failures = 0;

  private constructor(
    config: KubeConfig,
    private readonly namespace: string,
    private readonly log: Logger,
  ) {
    this.api = config.makeApiClient(CustomObjectsApi);
    const path = `/apis/${GROUP_VERSION}/namespaces/${namespace}/${PLURAL}`;
    this.informer = new ListWatch(path, new Watch(config), () => this.list(), false);
    for (const event of ['add', 'update', 'delete'] as const)
      this.informer.on(event, ({ metadata }) => this.changed(metadata?.name ?? ''));
    this.informer.on('error', (error: unknown) => background('session-watch', this.again(error)));
    this.informer.on('connect', () => (this.failures = 0));
  }

  /** Resolves once every object is known. @throws ClusterError */
  static async open(namespace: string, log: Logger, config = clusterConfig()): Promise<SessionObjects> {
    const objects = new SessionObjects(config, namespace, log);
    // A list of its own, so that what is wrong at the start is the caller's to say.
    await objects.firstAnswer();
    await objects.informer.start();
    return objects;
  }

  /** An API server that starts too, or that is being upgraded, is given a moment. */
  private async firstAnswer(): Promise<void> {
    for (const wait of FIRST_RETRIES_MS) {
      try {
        await this.list();
        return;
      } catch (error) {
        if (!(error instanceof ClusterError) || !error.isPassing) throw error;
        this.log.warn({ err: error }, 'the cluster does not answer yet');
        await delay(wait);
      }
    }
    await this.list();
  }

  get(name: string): ClaudeSession | undefined {
    const object = this.informer.get(name, this.namespace);
    return object === undefined ? undefined : sessionOf(object);
  }

  all(): readonly ClaudeSession[] {
    return this.informer.list(this.namespace).map(sessionOf);
  }

  /** @throws ClusterError */
  async create(name: string, spec: NewClaudeSessionSpec): Promise<void> {
    const metadata = { name, annotations: { [ANNOTATIONS.schemaVersion]: String(SCHEMA_VERSION) } };
    const body = { apiVersion: GROUP_VERSION, kind: 'ClaudeSession', metadata, spec };
    await refused(this.api.createNamespacedCustomObject({ ...this.place(), body }));
  }

  /** @throws ClusterError */
  suspend(name: string): Promise<void> {
    return this.setSuspend(name, true);
  }

  /** @throws ClusterError */
  resume(name: string): Promise<void> {
    return this.setSuspend(name, false);
  }

  private async setSuspend(name: string, value: boolean): Promise<void> {
    // RFC 6902: an "add" replaces what is there.
    const body = [{ op: 'add', path: '/spec/suspend', value }];
    await refused(this.api.patchNamespacedCustomObject({ ...this.place(), name, body }));
  }

  /** One that is gone is deleted. @throws ClusterError */
  async delete(name: string): Promise<void> {
    await refused(this.api.deleteNamespacedCustomObject({ ...this.place(), name })).catch((error: unknown) => {
      if (!(error instanceof ClusterError) || error.status !== 404) throw error;
    });
  }

  /** Calls back with the name of an object that has come, changed or gone. Returns the unsubscriber. */
  subscribe(listener: (name: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.closing.abort();
    this.listeners.clear();
    await this.informer.stop();
  }

  private place(): { group: string; version: string; namespace: string; plural: string } {
    return { group: API_GROUP, version: API_VERSION, namespace: this.namespace, plural: PLURAL };
  }

  private list(): Promise<KubernetesListObject<KubernetesObject>> {
    return refused(
      this.api.listNamespacedCustomObject(this.place()) as Promise<KubernetesListObject<KubernetesObject>>,
    );
  }

  private changed(name: string): void {
    for (const listener of this.listeners) listener(name);
  }

  private async again(error: unknown): Promise<void> {
    const { signal } = this.closing;
    const isClosed = () => signal.aborted;
    if (isClosed()) return;
    this.log.warn({ err: error }, 'the watch of sessions has failed and is begun again');
    const wait = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    await delay(wait, undefined, { signal }).catch(() => undefined);
    if (!isClosed()) await this.informer.start();
  }
}

/** The API server holds every object against the schema from which this type comes; the client's types have dates for its strings. */
const sessionOf = (object: KubernetesObject) => object as unknown as ClaudeSession;
