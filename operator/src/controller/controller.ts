/** Workers that take keys from a queue and reconcile them, a bounded number at a time. */
import { isOutdated, WorkQueue } from '@claude-webui/kubernetes-api/client';
import type { ControllerLog } from '@claude-webui/kubernetes-api/client';
import { NotLeadingError } from './leader-election';
import type { ControllerMetrics } from './metrics';

/** When to look at the key again without any news; undefined is never. */
export type ReconcileResult = { requeueAfterMs: number } | undefined;
export type Reconcile = (key: string) => Promise<ReconcileResult>;

export interface ControllerOptions {
  name: string;
  workers: number;
  reconcile: Reconcile;
  metrics: ControllerMetrics;
  log: ControllerLog;
}

export class Controller {
  readonly queue: WorkQueue;
  private workers: Promise<void>[] = [];

  constructor(private readonly options: ControllerOptions) {
    this.queue = new WorkQueue(options.metrics.queue(options.name));
  }

  /** Keys may be added before. */
  start(): void {
    this.workers = Array.from({ length: this.options.workers }, () => this.work());
  }

  /** Resolves when nobody works any more. */
  async close(): Promise<void> {
    this.queue.close();
    await Promise.all(this.workers);
  }

  private async work(): Promise<void> {
    for (let key = await this.queue.take(); key !== null; key = await this.queue.take()) {
      await this.reconcile(key);
      this.queue.done(key);
    }
  }

  private async reconcile(key: string): Promise<void> {
    const { name, metrics, log } = this.options;
    const started = performance.now();
    try {
      const result = await this.options.reconcile(key);
      this.queue.forget(key);
      if (result !== undefined) this.queue.addAfter(key, result.requeueAfterMs);
      metrics.reconciled(name, result === undefined ? 'success' : 'requeue_after', seconds(started));
    } catch (error) {
      // A lease that was renewed too late for this write may be renewed yet. Whoever has lost it ends, and retries nothing.
      const isPassing = isOutdated(error) || error instanceof NotLeadingError;
      metrics.reconciled(name, isPassing ? 'requeue' : 'error', seconds(started));
      if (!isPassing) log.error({ controller: name, key, err: error }, 'reconcile failed');
      this.queue.retry(key);
    }
  }
}

const seconds = (since: number) => (performance.now() - since) / 1000;
