/**
 * Events for people who `kubectl describe`. Best effort: a bounded queue, dropped when full, never retried. The name is
 * made from what is said, so the same thing said again only counts up.
 */
import { createHash } from 'node:crypto';
import { background } from '@claude-webui/protocol';
import type { KubernetesObject } from '@claude-webui/kubernetes-api';
import type { ApiClient, ControllerLog, ResourceType } from '@claude-webui/kubernetes-api/client';
import { apiVersionOf, isConflict, isForbidden } from '@claude-webui/kubernetes-api/client';
import { NotLeadingError } from './leader-election';

const QUEUE_MAX = 1000;
const SENDERS = 2;
const MESSAGE_MAX = 1000;

export interface CoreEvent extends KubernetesObject {
  involvedObject: { apiVersion?: string; kind?: string; name?: string; namespace?: string; uid?: string };
  reason: string;
  message: string;
  type: 'Normal' | 'Warning';
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  source?: { component?: string };
  reportingComponent?: string;
}

export const EVENT: ResourceType<CoreEvent> = { group: '', version: 'v1', kind: 'Event', plural: 'events' };

export class EventRecorder {
  private readonly waiting: CoreEvent[] = [];
  private senders = 0;

  constructor(
    private readonly client: ApiClient,
    private readonly component: string,
    private readonly log: ControllerLog,
  ) {}

  record<T extends KubernetesObject>(
    about: T,
    type: ResourceType<T>,
    kind: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    if (this.waiting.length >= QUEUE_MAX) return;
    const { name, namespace = '', uid } = about.metadata;
    const said = message.slice(0, MESSAGE_MAX);
    const hash = createHash('sha256')
      .update(`${uid ?? ''}\n${reason}\n${said}`)
      .digest('hex')
      .slice(0, 16);
    const time = now();
    this.waiting.push({
      metadata: { name: `${name}.${hash}`, namespace },
      involvedObject: {
        apiVersion: apiVersionOf(type),
        kind: type.kind,
        name,
        namespace,
        ...(uid === undefined ? {} : { uid }),
      },
      reason,
      message: said,
      type: kind,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: this.component },
      reportingComponent: this.component,
    });
    if (this.senders < SENDERS) background('cluster-events', this.send());
  }

  private async send(): Promise<void> {
    this.senders += 1;
    for (let event = this.waiting.shift(); event !== undefined; event = this.waiting.shift())
      await this.write(event).catch((error: unknown) => {
        // A namespace that is being deleted takes no events.
        if (!(error instanceof NotLeadingError) && !isForbidden(error))
          this.log.warn({ err: error }, 'an event could not be written');
      });
    this.senders -= 1;
  }

  private async write(event: CoreEvent): Promise<void> {
    const { name, namespace = '' } = event.metadata;
    try {
      await this.client.create(EVENT, namespace, event);
    } catch (error) {
      if (!isConflict(error)) throw error;
      const known = await this.client.get(EVENT, namespace, name);
      if (known === null) return;
      await this.client.patch(EVENT, namespace, name, { count: (known.count ?? 1) + 1, lastTimestamp: now() });
    }
  }
}

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
