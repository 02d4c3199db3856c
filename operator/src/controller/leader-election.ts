/**
 * One of several processes leads, agreed on by a Lease object.
 *
 * A candidate takes the lease when it has seen no renewal for the lease's duration on its own monotonic clock; clocks of
 * different machines are never compared. The leader trusts its lease only until a margin before that, counted from the
 * moment it *sent* the last renewal that succeeded: `assertLeading` throws from then on, so a process that was paused
 * (SIGSTOP, a frozen VM, a long garbage collection) writes nothing when it wakes up. What this cannot stop is a request
 * that had left the process before the pause: those are conditional on resource versions, or creations under a name
 * that can exist once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '@claude-webui/kubernetes-api';
import type { ApiClient, ControllerLog, ResourceType } from '@claude-webui/kubernetes-api/client';
import { isConflict } from '@claude-webui/kubernetes-api/client';

/** A leader that dies is replaced after this and one retry: under 15 s. */
const LEASE_MS = 10_000;
/** For a request on its way when the lease runs out. */
const MARGIN_MS = 3_000;
const RENEW_MS = 2_000;
/** A request about the lease, and its body, end well before the lease does, so that there is time for another try. */
export const LEASE_REQUEST_MS = 1_500;

interface Lease extends KubernetesObject {
  spec: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number;
    acquireTime?: string | null;
    renewTime?: string | null;
    leaseTransitions?: number;
  };
}

export const LEASE: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
};

/** This process may not write: it does not lead, or cannot be sure that it still does. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';
  constructor() {
    super('This process does not lead any more; it writes nothing.');
  }
}

export interface LeaderElectionOptions {
  /** One without a fence, with a rate limit of its own, and with LEASE_REQUEST_MS for each request. */
  client: ApiClient;
  namespace: string;
  /** Of the Lease. */
  name: string;
  /** Of this process; no other may have it. */
  identity: string;
  log: ControllerLog;
  /** Once, when the lease is lost after it was had. */
  onLost: () => void;
  /** Monotonic milliseconds. */
  now?: () => number;
}

export class LeaderElection {
  private readonly stopping = new AbortController();
  private readonly now: () => number;
  private readonly running: Promise<void>;
  private markLeading!: () => void;
  /** Resolves once this process leads. */
  readonly leading = new Promise<void>((resolve) => (this.markLeading = resolve));
  /** Until when this process may write; 0 while it does not lead. */
  private validUntil = 0;
  private led = false;
  private heardAt: number | null = null;
  /** The lease as another holds it, and since when we have seen it so. */
  private seen: { version: string; since: number } | null = null;

  constructor(private readonly options: LeaderElectionOptions) {
    this.now = options.now ?? (() => performance.now());
    this.running = this.run(this.stopping.signal);
  }

  /** @throws NotLeadingError */
  assertLeading(): void {
    if (this.now() >= this.validUntil) throw new NotLeadingError();
  }

  /** Milliseconds since the API server last answered about the lease; null if it never has. */
  get silentMs(): number | null {
    return this.heardAt === null ? null : this.now() - this.heardAt;
  }

  /** Gives the lease back, so that the next leader need not wait. */
  async close(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    await this.running;
    const wasLeading = this.now() < this.validUntil;
    this.validUntil = 0;
    if (wasLeading) await this.release().catch((error: unknown) => this.warn(error));
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const sentAt = this.now();
      try {
        const holds = await this.tryToHold(sentAt);
        this.heardAt = this.now();
        if (holds) {
          this.validUntil = sentAt + LEASE_MS - MARGIN_MS;
          if (!this.led) this.options.log.info({ identity: this.options.identity }, 'leading');
          this.led = true;
          this.markLeading();
        } else if (this.led) return this.lose();
      } catch (error) {
        // Somebody else was quicker, or the server does not answer. The lease we have, if any, runs on by the clock.
        if (isConflict(error)) this.heardAt = this.now();
        else this.warn(error);
      }
      if (this.led && this.now() >= this.validUntil) return this.lose();
      await delay(RENEW_MS, undefined, { signal }).catch(() => undefined);
      // Before anything else after a pause: nobody may write by a lease that ran out in it.
      if (this.led && this.now() >= this.validUntil) return this.lose();
    }
  }

  private lose(): void {
    this.validUntil = 0;
    this.options.log.warn({ identity: this.options.identity }, 'the lease is lost');
    this.options.onLost();
  }

  /** Takes or renews the lease. @throws when the server refuses, or somebody else was quicker (conflict). */
  private async tryToHold(now: number): Promise<boolean> {
    const { client, namespace, name, identity } = this.options;
    const lease = await client.get(LEASE, namespace, name);
    const time = microTime();
    const held = { holderIdentity: identity, leaseDurationSeconds: LEASE_MS / 1000, renewTime: time };
    if (lease === null) {
      await client.create(LEASE, namespace, {
        metadata: { name },
        spec: { ...held, acquireTime: time, leaseTransitions: 0 },
      });
      return true;
    }
    const holder = lease.spec.holderIdentity ?? '';
    if (holder === identity) {
      await client.replace(LEASE, namespace, { ...lease, spec: { ...lease.spec, ...held } });
      return true;
    }
    if (holder !== '' && !this.hasExpired(lease, now)) return false;
    const leaseTransitions = (lease.spec.leaseTransitions ?? 0) + 1;
    await client.replace(LEASE, namespace, { ...lease, spec: { ...held, acquireTime: time, leaseTransitions } });
    return true;
  }

  /** Whether nobody has renewed it for its whole duration while we watched. */
  private hasExpired(lease: Lease, now: number): boolean {
    const version = lease.metadata.resourceVersion ?? '';
    if (this.seen?.version !== version) this.seen = { version, since: now };
    return now - this.seen.since >= (lease.spec.leaseDurationSeconds ?? LEASE_MS / 1000) * 1000;
  }

  private async release(): Promise<void> {
    const { client, namespace, name, identity } = this.options;
    const lease = await client.get(LEASE, namespace, name);
    if (lease?.spec.holderIdentity !== identity) return;
    await client.replace(LEASE, namespace, { ...lease, spec: { ...lease.spec, holderIdentity: '' } });
  }

  private warn(error: unknown): void {
    this.options.log.warn({ err: error }, 'leader election');
  }
}

/** metav1.MicroTime wants six digits. */
const microTime = () => new Date().toISOString().replace('Z', '000Z');
