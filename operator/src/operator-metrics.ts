/** What the operator tells Prometheus of sessions and warm pools. The controllers' own metrics are in controller/. */
import type { BackgroundWork } from '@claude-webui/protocol';
import type { KubernetesObject } from '@claude-webui/kubernetes-api';
import { SESSION_PHASES } from '@claude-webui/kubernetes-api';
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import { isOver, isReady } from '@claude-webui/kubernetes-api/client';
import type { ClusterView } from './cluster-view';
import { isOfLaterRelease } from './sessions/later-release';

/** Seconds: a claim is one request, a cold start fetches an image. */
const READY_BUCKETS = [0.25, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300, 600];

export class OperatorMetrics {
  private readonly claims;
  private readonly ready;
  private readonly backgroundFailures;

  constructor(registry: Registry, view: ClusterView) {
    const registers = [registry];
    new Gauge({
      name: 'claude_webui_sessions',
      help: 'ClaudeSessions by phase.',
      labelNames: ['phase'] as const,
      registers,
      collect() {
        for (const phase of SESSION_PHASES) this.set({ phase }, view.sessions.find('phase', phase).length);
      },
    });
    new Gauge({
      name: 'claude_webui_warm_pool_pods',
      help: 'Pods that are to wait (desired), wait (ready) and are on their way (starting), by template.',
      labelNames: ['template', 'state'] as const,
      registers,
      collect() {
        this.reset();
        for (const { metadata, spec } of view.templates.list()) {
          const waiting = view.pods.find('warm', metadata.name).filter((pod) => !isOver(pod));
          const ready = waiting.filter(isReady).length;
          this.set({ template: metadata.name, state: 'desired' }, spec.warmPool.size);
          this.set({ template: metadata.name, state: 'ready' }, ready);
          this.set({ template: metadata.name, state: 'starting' }, waiting.length - ready);
        }
      },
    });
    new Gauge({
      name: 'claude_webui_informer_synced',
      help: '1 once the leader has read all objects of the resource; no series on a process that does not lead.',
      labelNames: ['resource'] as const,
      registers,
      collect() {
        for (const { resource, synced } of view.progress()) this.set({ resource }, synced ? 1 : 0);
      },
    });
    new Gauge({
      name: 'claude_webui_informer_silent_seconds',
      help: 'Since the last sign of life of the resource: a list, an event, a bookmark, or a watch opened again, as each is within two minutes.',
      labelNames: ['resource'] as const,
      registers,
      collect() {
        for (const { resource, silentMs } of view.progress())
          if (silentMs !== null) this.set({ resource }, silentMs / 1000);
      },
    });
    new Gauge({
      name: 'claude_webui_later_release_objects',
      help: 'Objects that a later release has written, which this operator leaves alone.',
      labelNames: ['resource'] as const,
      registers,
      collect() {
        const count = (objects: Iterable<KubernetesObject>) => [...objects].filter(isOfLaterRelease).length;
        this.set({ resource: 'claudesessions' }, count(view.sessions.list()));
        this.set({ resource: 'sessiontemplates' }, count(view.templates.list()));
      },
    });
    this.backgroundFailures = new Counter({
      name: 'app_background_failures_total',
      help: 'Work that nobody waits for and that failed, by what it was; the rest went on, and the log has the error.',
      labelNames: ['what'] as const,
      registers,
    });
    this.claims = new Counter({
      name: 'claude_webui_warm_pool_claims_total',
      help: 'Starts of sessions whose template has a warm pool: hit if a pod was waiting.',
      labelNames: ['template', 'result'] as const,
      registers,
    });
    this.ready = new Histogram({
      name: 'claude_webui_session_ready_seconds',
      help: 'From the creation of a ClaudeSession, which Kubernetes knows to the second, to its first readiness.',
      labelNames: ['start_kind'] as const,
      buckets: READY_BUCKETS,
      registers,
    });
  }

  backgroundFailed(what: BackgroundWork): void {
    this.backgroundFailures.inc({ what });
  }

  warmClaim(template: string, result: 'hit' | 'miss'): void {
    this.claims.inc({ template, result });
  }

  becameReady(startKind: 'Warm' | 'Cold', seconds: number): void {
    this.ready.observe({ start_kind: startKind }, seconds);
  }
}
