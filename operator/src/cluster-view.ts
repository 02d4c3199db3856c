/** The stores that hold what the operator knows of its namespace, with the indexes that its questions need. */
import type { ClaudeSession, KubernetesObject, SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS, SESSION_POD_NAME, ownerLabel, workspaceClaimName } from '@claude-webui/kubernetes-api';
import type { ApiClient, ControllerLog, Pod } from '@claude-webui/kubernetes-api/client';
import {
  CLAUDE_SESSION,
  Informer,
  POD,
  SESSION_TEMPLATE,
  Store,
  claimsOf,
  versionOf,
} from '@claude-webui/kubernetes-api/client';
import type { CoreEvent } from './controller/event-recorder';
import { EVENT } from './controller/event-recorder';
import type { DisruptionBudget } from './pod/disruption-budget';
import { DISRUPTION_BUDGET } from './pod/disruption-budget';
import type { NetworkPolicy } from './pod/network-policy';
import { NETWORK_POLICY } from './pod/network-policy';
import { CORDONED, NODE } from './pod/node';

const ourPods = `${LABELS.name}=${SESSION_POD_NAME}`;
/** Events that the status of a pod does not tell in other words. */
const TELLING_EVENTS =
  'involvedObject.kind=Pod,reason!=Scheduled,reason!=Created,reason!=Started,reason!=Pulled,reason!=Killing';

const label = (name: string) => (object: Pod) => {
  const value = object.metadata.labels?.[name];
  return value === undefined ? [] : [value];
};

/** What was known of nodes holds for so long while they cannot be read. Milliseconds. */
const NODES_UNREAD_MS = 120_000;

export class ClusterView {
  readonly sessions = new Store<ClaudeSession>({
    template: ({ spec }) => [spec.templateRef.name],
    /** By the claim that they would work in. */
    workspace: ({ spec }) => [workspaceClaimName(spec)],
    phase: ({ status }) => [status?.phase ?? 'Pending'],
    /** By owner, those that are suspended. */
    suspended: ({ spec, status }) => (status?.phase === 'Suspended' ? [ownerLabel(spec.owner)] : []),
  });
  readonly templates = new Store<SessionTemplate>();
  readonly pods = new Store<Pod>({
    session: label(LABELS.session),
    owner: label(LABELS.owner),
    /** By the node that they are on. */
    node: ({ spec }) => (spec?.nodeName === undefined ? [] : [spec.nodeName]),
    /** By the claims that they mount. */
    claim: claimsOf,
    /** By template, those that nobody has. */
    warm: (pod) =>
      pod.metadata.labels?.[LABELS.pool] === undefined ? [] : [pod.metadata.labels[LABELS.template] ?? ''],
  });
  readonly podEvents = new Store<CoreEvent>({ pod: ({ involvedObject }) => [involvedObject.uid ?? ''] });
  /** Of sessions. */
  readonly budgets = new Store<DisruptionBudget>();
  readonly networkPolicies = new Store<NetworkPolicy>();
  /** Empty unless they are followed. */
  readonly cordonedNodes = new Store<KubernetesObject>();
  private nodes: Informer<KubernetesObject> | null = null;
  private informers: {
    readonly synced: Promise<void>;
    readonly resource: string;
    readonly hasSynced: boolean;
    readonly silentMs: number | null;
    readonly deafMs: number;
    close(): Promise<void>;
  }[] = [];

  constructor(
    private readonly client: ApiClient,
    private readonly namespace: string,
    private readonly log: ControllerLog,
  ) {}

  /** Resolves when all of it has been read once. */
  async open(): Promise<void> {
    const { client, namespace, log } = this;
    const common = { client, namespace, log };
    this.informers = [
      new Informer({ ...common, type: SESSION_TEMPLATE, store: this.templates }),
      new Informer({ ...common, type: POD, store: this.pods, selection: { labelSelector: ourPods } }),
      new Informer({ ...common, type: EVENT, store: this.podEvents, selection: { fieldSelector: TELLING_EVENTS } }),
      new Informer({
        ...common,
        type: NETWORK_POLICY,
        store: this.networkPolicies,
        selection: { labelSelector: LABELS.template },
      }),
      new Informer({
        ...common,
        type: DISRUPTION_BUDGET,
        store: this.budgets,
        selection: { labelSelector: LABELS.session },
      }),
      new Informer({ ...common, type: CLAUDE_SESSION, store: this.sessions }),
    ];
    await Promise.all(this.informers.map(({ synced }) => synced));
  }

  /** Of the whole cluster, which is a right of its own. Sessions do not depend on it, so nobody waits for it. */
  followNodes(onRead: () => void): void {
    const { client, log, cordonedNodes: store } = this;
    const common = { client, log, namespace: '', selection: CORDONED };
    this.nodes = new Informer({ ...common, type: NODE, store, onRelist: onRead });
  }

  /** Whether it is known which nodes are cordoned. */
  get knowsNodes(): boolean {
    return this.nodes !== null && this.nodes.hasSynced && this.nodes.deafMs < NODES_UNREAD_MS;
  }

  /** Of each resource: whether it has been read, and milliseconds since its last sign of life, and since it cannot be read. */
  progress(): { resource: string; synced: boolean; silentMs: number | null; deafMs: number }[] {
    return this.informers.map(({ resource, hasSynced, silentMs, deafMs }) => ({
      resource,
      synced: hasSynced,
      silentMs,
      deafMs,
    }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.informers.map((informer) => informer.close()), this.nodes?.close()]);
  }

  /** The last event about a pod that its status does not tell. */
  lastEvent(pod: Pod): CoreEvent | null {
    const events = this.podEvents.find('pod', pod.metadata.uid ?? '');
    return events.sort((a, b) => versionOf(b) - versionOf(a))[0] ?? null;
  }
}
