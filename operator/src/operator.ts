/** The operator put together: who leads watches, and reconciles what the watches tell. */
import { setMaxListeners } from 'node:events';
import { background, onBackgroundFailure } from '@claude-webui/protocol';
import type { SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS, OPERATOR_NAME, ownerLabel } from '@claude-webui/kubernetes-api';
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { ClusterAccess, Pod } from '@claude-webui/kubernetes-api/client';
import { ApiClient, Connection, TokenBucket, claimsOf, isOver } from '@claude-webui/kubernetes-api/client';
import { ClusterView } from './cluster-view';
import type { OperatorConfig } from './config/config';
import { Controller } from './controller/controller';
import { EventRecorder } from './controller/event-recorder';
import { LEASE_REQUEST_MS, LeaderElection } from './controller/leader-election';
import { ControllerMetrics } from './controller/metrics';
import { listen } from './http-server';
import type { Logger } from './log';
import { OperatorMetrics } from './operator-metrics';
import { Admission } from './sessions/admission';
import { SessionReconciler } from './sessions/session-reconciler';
import { StatusPoller } from './sessions/status-poller';
import { TemplateReconciler } from './warm-pool/template-reconciler';
import { WarmPool } from './warm-pool/warm-pool';

const SESSION_WORKERS = 16;
const TEMPLATE_WORKERS = 2;
/** Everything is looked at again so often, in case that something was missed. It writes nothing if nothing was. */
const RESYNC_MS = 600_000;
/** A leader that cannot read a resource for so long lets another lead: it may have no right to read, or not have it any more. */
const DEAF_MS = 120_000;
const DEAF_CHECK_MS = 1000;
/** A standby that has not heard of the lease for so long could not lead. */
const STANDBY_SILENT_MS = 30_000;
/** Requests about the lease: two each two seconds, and some room for conflicts. */
const LEASE_QPS = 5;
/** For reconciliations under way when the operator stops; then their requests are broken off, as they are when it is killed. Milliseconds. */
const FINISH_MS = 5000;
/** Pods of the warm pool that may be made at once after a quiet time. */
const REFILL_BURST = 5;

export interface Operator {
  /** Of /metrics. */
  port: number;
  /** Resolves once this process leads and has read everything. */
  leading: Promise<void>;
  /** Ends what is under way and gives the lease back. */
  close(): Promise<void>;
}

export async function startOperator(
  config: OperatorConfig,
  cluster: ClusterAccess,
  log: Logger,
  /** This process led and does not any more: it has to end. */
  onLost: () => void,
  deafMs = DEAF_MS,
): Promise<Operator> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = new ControllerMetrics(registry);
  const connection = new Connection(cluster, OPERATOR_NAME);
  const limit = new TokenBucket(config.apiQps, config.apiQps * 2);
  const fence: { check: () => void } = { check: () => undefined };
  const breakOff = new AbortController();
  // One for each request under way.
  setMaxListeners(0, breakOff.signal);
  const client = new ApiClient(connection, {
    signal: breakOff.signal,
    limit,
    fence: () => fence.check(),
    onAnswer: (method, code) => metrics.request(method, code),
    fieldManager: OPERATOR_NAME,
  });
  const { placement } = config;
  const view = new ClusterView(client, placement.namespace, log);
  const operatorMetrics = new OperatorMetrics(registry, view);
  const stopListening = onBackgroundFailure((what, error, context) => {
    log.error({ ...context, err: error, what }, 'work in the background failed');
    operatorMetrics.backgroundFailed(what);
  });
  const parts = { client, view, placement, pods: view.pods, metrics: operatorMetrics, log };
  const events = new EventRecorder(client, OPERATOR_NAME, log);
  const warmPool = new WarmPool(parts);
  const poller = new StatusPoller({
    pods: view.pods,
    intervalMs: config.statusPollMs,
    writtenActivity: (session) => {
      const written = view.sessions.get(session)?.status?.lastActivityTime;
      return written === undefined ? null : Date.parse(written);
    },
    onNews: (session) => sessions.queue.add(session),
  });

  const sessionReconciler = new SessionReconciler({
    ...parts,
    events,
    warmPool,
    poller,
    admission: new Admission(view, config, placement),
    startDeadlineMs: config.startDeadlineMs,
    evictionNoticeMs: config.evictionNoticeMs,
    suspension: { ttlMs: config.suspendedTtlMs, max: config.maxSuspendedPerUser },
  });
  const sessions = new Controller({
    name: 'claudesession',
    workers: SESSION_WORKERS,
    reconcile: (name) => sessionReconciler.reconcile(name),
    metrics,
    log,
  });
  const templateReconciler = new TemplateReconciler({
    ...parts,
    events,
    warmPool,
    refillRate: new TokenBucket(config.refillPerSecond, REFILL_BURST),
  });
  const templates = new Controller({
    name: 'sessiontemplate',
    workers: TEMPLATE_WORKERS,
    reconcile: (name) => templateReconciler.reconcile(name),
    metrics,
    log,
  });
  follow(view, sessions, templates);

  let role: 'standby' | 'reading' | 'leading' = config.lease === null ? 'reading' : 'standby';
  // A standby is ready while it could lead. A leader is once it has read what there is.
  const isReady = () =>
    role === 'standby' ? (election?.silentMs ?? Infinity) < STANDBY_SILENT_MS : role === 'leading';
  const server = await listen(config.metricsPort, registry, isReady, (error) =>
    log.error({ err: error }, 'a request could not be answered'),
  );
  metrics.leads(OPERATOR_NAME, false);
  const election =
    config.lease === null
      ? null
      : new LeaderElection({
          client: client.with({
            fence: () => undefined,
            limit: new TokenBucket(LEASE_QPS, LEASE_QPS * 2),
            timeoutMs: LEASE_REQUEST_MS,
          }),
          namespace: placement.operator.namespace,
          name: config.lease,
          identity: config.identity,
          log,
          onLost,
        });
  if (election !== null) fence.check = () => election.assertLeading();

  let resync: NodeJS.Timeout | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  const stepDownIfDeaf = () => {
    const unread = view.progress().filter((one) => one.deafMs > deafMs);
    if (unread.length === 0) return;
    clearInterval(watchdog);
    role = 'reading';
    const resources = unread.map(({ resource }) => resource);
    log.error({ unread: resources }, 'what is in the cluster cannot be read; another operator shall lead');
    metrics.leads(OPERATOR_NAME, false);
    const released = election === null ? Promise.resolve() : election.close();
    background('step-down', released.finally(onLost));
  };
  const lookAtSessions = () => {
    for (const { metadata } of view.sessions.list()) sessions.queue.add(metadata.name);
  };
  const lead = async () => {
    await election?.leading;
    metrics.leads(OPERATOR_NAME, true);
    role = 'reading';
    watchdog = setInterval(stepDownIfDeaf, DEAF_CHECK_MS);
    if (config.watchNodes) view.followNodes(lookAtSessions);
    await view.open();
    role = 'leading';
    sessions.start();
    templates.start();
    poller.start();
    resync = setInterval(() => {
      lookAtSessions();
      for (const { metadata } of view.templates.list()) templates.queue.add(metadata.name);
    }, RESYNC_MS);
  };
  const leading = lead();

  return {
    port: server.port,
    leading,
    close: async () => {
      clearInterval(watchdog);
      clearInterval(resync);
      poller.close();
      const late = setTimeout(() => breakOff.abort(), FINISH_MS);
      await Promise.all([sessions.close(), templates.close(), view.close()]);
      clearTimeout(late);
      await election?.close();
      await server.close();
      connection.close();
      stopListening();
    },
  };
}

/** Which controller has to look when something changes. */
function follow(view: ClusterView, sessions: Controller, templates: Controller): void {
  view.sessions.onChange((before, after) => {
    const name = (after ?? before)?.metadata.name;
    if (name !== undefined) sessions.queue.add(name);
    // One more that is suspended may be one too many: the oldest then ends.
    if (after?.status?.phase === 'Suspended' && before?.status?.phase !== 'Suspended')
      for (const { metadata } of view.sessions.find('suspended', ownerLabel(after.spec.owner)))
        sessions.queue.add(metadata.name);
  });
  view.templates.onChange((before, after) => {
    const name = (after ?? before)?.metadata.name;
    if (name === undefined) return;
    templates.queue.add(name);
    if (before === undefined || policyVerdict(before) !== policyVerdict(after)) wakeSessionsOf(name);
  });
  view.pods.onChange((before, after) => {
    if (before !== undefined && (after === undefined || (isOver(after) && !isOver(before)))) wakeWaiting(before);
    for (const pod of [before, after]) {
      const session = pod?.metadata.labels?.[LABELS.session];
      if (session !== undefined) sessions.queue.add(session);
      const template = pod?.metadata.labels?.[LABELS.template];
      if (template !== undefined && pod?.metadata.labels?.[LABELS.pool] !== undefined) templates.queue.add(template);
    }
  });
  view.cordonedNodes.onChange((before, after) => {
    if (before !== undefined && after !== undefined) return;
    for (const { metadata } of view.pods.find('node', (before ?? after)?.metadata.name ?? '')) {
      const session = metadata.labels?.[LABELS.session];
      if (session !== undefined) sessions.queue.add(session);
    }
  });
  view.budgets.onChange((before, after) => {
    const session = (after ?? before)?.metadata.labels?.[LABELS.session];
    if (session !== undefined) sessions.queue.add(session);
  });
  // Whoever waits for room, or for the workspace of a session that has just ended.
  const wakeWaiting = (pod: Pod) => {
    for (const { metadata, status } of view.sessions.list())
      if (status?.reason === 'QuotaExceeded') sessions.queue.add(metadata.name);
    for (const claim of claimsOf(pod))
      for (const { metadata } of view.sessions.find('workspace', claim)) sessions.queue.add(metadata.name);
  };
  view.podEvents.onChange((_, event) => {
    const labels = view.pods.get(event?.involvedObject.name ?? '')?.metadata.labels ?? {};
    const { [LABELS.session]: session, [LABELS.template]: template, [LABELS.pool]: pool } = labels;
    if (session !== undefined) sessions.queue.add(session);
    if (pool !== undefined && template !== undefined) templates.queue.add(template);
  });
  view.networkPolicies.onChange((before, after) => {
    const template = (after ?? before)?.metadata.labels?.[LABELS.template];
    if (template === undefined) return;
    templates.queue.add(template);
    wakeSessionsOf(template);
  });
  // Those that wait for the template or its NetworkPolicy; the others look and find nothing to do.
  const wakeSessionsOf = (template: string) => {
    for (const { metadata, status } of view.sessions.find('template', template))
      if (status?.podUID === undefined) sessions.queue.add(metadata.name);
  };
}

const policyVerdict = (template: SessionTemplate | undefined) =>
  template?.status?.conditions?.find(({ type }) => type === 'NetworkPolicyApplied')?.status;
