/** Metrics with the names that controllers built on controller-runtime and client-go have. */
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { QueueObserver } from '@claude-webui/kubernetes-api/client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class ControllerMetrics {
  private readonly reconciles;
  private readonly errors;
  private readonly reconcileTime;
  private readonly depth;
  private readonly adds;
  private readonly retries;
  private readonly queued;
  private readonly requests;
  private readonly leader;

  constructor(registry: Registry) {
    const registers = [registry];
    this.reconciles = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciliations per controller and result.',
      labelNames: ['controller', 'result'] as const,
      registers,
    });
    this.errors = new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciliations that failed.',
      labelNames: ['controller'] as const,
      registers,
    });
    this.reconcileTime = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of a reconciliation.',
      labelNames: ['controller'] as const,
      buckets: SECONDS,
      registers,
    });
    this.depth = new Gauge({
      name: 'workqueue_depth',
      help: 'Keys that wait for a worker.',
      labelNames: ['name'] as const,
      registers,
    });
    this.adds = new Counter({
      name: 'workqueue_adds_total',
      help: 'Keys that have entered the queue.',
      labelNames: ['name'] as const,
      registers,
    });
    this.retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Keys that have entered the queue once more after a failure.',
      labelNames: ['name'] as const,
      registers,
    });
    this.queued = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long a key has waited for a worker.',
      labelNames: ['name'] as const,
      buckets: SECONDS,
      registers,
    });
    this.requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server by method and status; WATCH counts the openings.',
      labelNames: ['method', 'code'] as const,
      registers,
    });
    this.leader = new Gauge({
      name: 'leader_election_master_status',
      help: '1 while this process leads.',
      labelNames: ['name'] as const,
      registers,
    });
  }

  queue(name: string): QueueObserver {
    this.depth.set({ name }, 0);
    return {
      added: () => this.adds.inc({ name }),
      retried: () => this.retries.inc({ name }),
      taken: (seconds) => this.queued.observe({ name }, seconds),
      depth: (keys) => this.depth.set({ name }, keys),
    };
  }

  reconciled(controller: string, result: 'success' | 'requeue_after' | 'requeue' | 'error', seconds: number): void {
    this.reconciles.inc({ controller, result });
    if (result === 'error') this.errors.inc({ controller });
    this.reconcileTime.observe({ controller }, seconds);
  }

  request(method: string, code: number | 'error'): void {
    this.requests.inc({ method, code: String(code) });
  }

  leads(name: string, leading: boolean): void {
    this.leader.set({ name }, leading ? 1 : 0);
  }
}
