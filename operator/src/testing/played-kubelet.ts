/**
 * There is no scheduler and no kubelet in these tests: this plays both, by writing what they would write. So what is
 * tested is what the operator makes of their words, not whether containers run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { background } from '@claude-webui/protocol';
import type {
  ApiClient,
  ContainerTerminated,
  Pod,
  PodCondition,
  PodStatus,
  ResourceType,
} from '@claude-webui/kubernetes-api/client';
import { ApiError, CONTAINER, Informer, POD, Store } from '@claude-webui/kubernetes-api/client';
import { silent } from './silent-log';

const NODE = 'node-1';
const RETRY_MS = 200;

export class PlayedKubelet {
  private informer: Informer<Pod> | null = null;
  private addresses = 0;
  private closed = false;
  private readonly scheduled = new Set<string>();

  constructor(
    private readonly api: ApiClient,
    private readonly namespace: string,
  ) {}

  /** From now on every pod is scheduled, started and, when it is deleted, ended at once. */
  async playAll(): Promise<void> {
    const store = new Store<Pod>();
    store.onChange((_, pod) => {
      if (pod !== undefined) background('status-poll', this.next(pod, store));
    });
    this.informer = new Informer({ client: this.api, type: POD, namespace: this.namespace, store, log: silent });
    await this.informer.synced;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.informer?.close();
  }

  /** Once; what a test holds may be older than that. */
  async schedule(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    if (pod.spec?.nodeName !== undefined || this.scheduled.has(uid)) return;
    const binding: ResourceType<Pod> = { ...POD, kind: 'Binding', plural: `pods/${pod.metadata.name}/binding` };
    await this.api.create(binding, this.namespace, {
      metadata: { name: pod.metadata.name },
      target: { apiVersion: 'v1', kind: 'Node', name: NODE },
    } as Pod);
    this.scheduled.add(uid);
  }

  /** Running and ready, on an address of loopback of its own. */
  async run(pod: Pod, podIP = this.nextAddress()): Promise<void> {
    await this.schedule(pod);
    await this.status(pod, {
      phase: 'Running',
      podIP,
      conditions: [condition('PodScheduled', 'True'), condition('Ready', 'True')],
      containerStatuses: [container({ running: {} }, true)],
    });
  }

  async waiting(pod: Pod, reason: string, message: string): Promise<void> {
    await this.schedule(pod);
    await this.status(pod, {
      phase: 'Pending',
      conditions: [condition('PodScheduled', 'True'), condition('Ready', 'False')],
      containerStatuses: [container({ waiting: { reason, message } })],
    });
  }

  async unschedulable(pod: Pod, message: string): Promise<void> {
    await this.status(pod, {
      phase: 'Pending',
      conditions: [{ ...condition('PodScheduled', 'False'), reason: 'Unschedulable', message }],
    });
  }

  /** The container is over, with what the pod's status says beside it. */
  async end(pod: Pod, terminated: ContainerTerminated, status: PodStatus = {}): Promise<void> {
    await this.schedule(pod);
    await this.status(pod, {
      phase: terminated.exitCode === 0 ? 'Succeeded' : 'Failed',
      ...status,
      containerStatuses: [container({ terminated })],
    });
  }

  /** The node has confirmed that nothing of it is left. */
  async remove(pod: Pod): Promise<void> {
    await this.api.delete(POD, this.namespace, pod.metadata.name, {
      gracePeriodSeconds: 0,
      preconditions: { uid: pod.metadata.uid ?? '' },
    });
  }

  async status(pod: Pod, status: PodStatus): Promise<void> {
    await this.api.patch(POD, this.namespace, pod.metadata.name, { status }, '/status');
  }

  /** As a kubelet does, it tries again while the server is away. */
  private async next(pod: Pod, store: Store<Pod>): Promise<void> {
    const isNews = () => store.get(pod.metadata.name)?.metadata.resourceVersion !== pod.metadata.resourceVersion;
    while (!this.closed && !isNews()) {
      try {
        if (pod.metadata.deletionTimestamp !== undefined) await this.remove(pod);
        else if (pod.spec?.nodeName === undefined) await this.schedule(pod);
        else if (pod.status?.phase === 'Pending') await this.run(pod);
        return;
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return;
        await delay(RETRY_MS);
      }
    }
  }

  private nextAddress(): string {
    this.addresses += 1;
    return `127.1.${this.addresses >> 8}.${(this.addresses & 255) + 1}`;
  }
}

export const condition = (type: string, status: 'True' | 'False'): PodCondition => ({ type, status });

const container = (state: object, ready = false) => ({
  name: CONTAINER,
  ready,
  restartCount: 0,
  image: 'image',
  imageID: '',
  state,
});
