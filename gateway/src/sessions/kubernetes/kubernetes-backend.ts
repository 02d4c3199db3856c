import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { BindRequest, SessionEnd } from '@claude-webui/protocol';
import type { NewClaudeSessionSpec } from '@claude-webui/kubernetes-api';
import { isForbidden } from '@claude-webui/kubernetes-api/client';
import type { Logger } from '../../log';
import { endRunner } from '../../runner-link/control';
import type {
  FoundSession,
  Placement,
  ProgressListener,
  SessionBackend,
  SessionCluster,
  Whereabouts,
} from '../backend';
import { PlacementLeft, SessionStartError } from '../backend';
import type { SessionLimitCounts, SessionRecord } from '../directory';
import { bind, derivedAttachKey } from './bind';
import { foundSession } from './found-session';
import type { Observed } from './observed';
import { observed, strangeEndpoint } from './observed';
import type { SessionObjects } from './session-objects';

/** For a runner to say that its session has ended. What does not in this time ends with its pod. Milliseconds. */
const END_MS = 10_000;
/** For an object to appear whose session has been ended already. Milliseconds. */
const UNWANTED_MS = 60_000;
/** Between tries to bind: a pod's address may be known before it answers. Milliseconds. */
const BIND_RETRY_MS = [100, 300, 1000, 2000];
const BIND_RETRY_MAX_MS = 5000;
/**
 * The operator admits sessions, and the others wait; this only bounds how many objects people can make. It is the most that MAX_SESSIONS
 * and MAX_SESSIONS_PER_USER of the operator can be.
 */
const MOST_OBJECTS: SessionLimitCounts = { total: 100_000, perUser: 1000 };
/** Refusals in a row after which a pod will not take our word any more. */
const MAX_REFUSALS = 3;

export interface KubernetesBackendOptions {
  /** Name of the SessionTemplate of new sessions. */
  template: string;
  /** Whether that template's workspaces are persistent. */
  keepsWorkspaces: boolean;
  limits: BindRequest['limits'];
  /** 0: none. */
  maxLifetimeMs: number;
  /** The P-256 key by which gateways sign binds, now. */
  bindKey: () => KeyObject;
}

/** Sessions as ClaudeSession objects; the operator makes pods of them. */
export class KubernetesBackend implements SessionBackend, SessionCluster {
  readonly limits = MOST_OBJECTS;
  private readonly closing = new AbortController();
  /** Session id → uid of the pod that this gateway has bound to it, while it lives. */
  private readonly bound = new Map<string, string>();
  /** Objects that were made here and that the watch has not told of yet. */
  private readonly expected = new Set<string>();
  /** Ended before their objects were there, which this gateway or another was making: each goes as soon as it comes. */
  private readonly unwanted = new Map<string, NodeJS.Timeout>();
  /** Those who wait for news of a session. */
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly listeners = new Set<(sessionId: string) => void>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly objects: SessionObjects,
    private readonly options: KubernetesBackendOptions,
    private readonly log: Logger,
  ) {
    this.unsubscribe = objects.subscribe((name) => this.changed(name));
  }

  terms(sessionId: string): Pick<SessionRecord, 'attachKey' | 'workspaceKept'> {
    const { bindKey, keepsWorkspaces } = this.options;
    return { attachKey: derivedAttachKey(bindKey(), sessionId), workspaceKept: keepsWorkspaces };
  }

  async place(placement: Placement, signal: AbortSignal, progress: ProgressListener): Promise<{ endpoint: string }> {
    const { sessionId } = placement;
    this.expected.add(sessionId);
    try {
      await this.objects.create(sessionId, this.specOf(placement)).catch((error: unknown) => {
        throw startError(error);
      });
      const where = await this.relocate(placement, null, signal, progress);
      if ('endpoint' in where) return where;
      throw new SessionStartError(where.end);
    } finally {
      this.expected.delete(sessionId);
    }
  }

  async end(record: SessionRecord, reason: 'terminated' | 'server-stopping'): Promise<SessionEnd | null> {
    const { id, endpoint } = record;
    if (endpoint === null) this.refuse(id);
    const timeout = AbortSignal.timeout(END_MS);
    const end = endpoint === null ? null : await endRunner(record, reason, timeout).catch(() => null);
    await this.objects.delete(id);
    this.expected.delete(id);
    this.changed(id);
    return end ?? { reason, exitCode: null };
  }

  reaches(): boolean {
    return true;
  }

  async relocate(
    placement: Placement,
    _endpoint: string | null,
    signal: AbortSignal,
    progress: ProgressListener,
  ): Promise<Whereabouts> {
    const { sessionId } = placement;
    const given = AbortSignal.any([signal, this.closing.signal]);
    let told = '';
    while (!given.aborted) {
      // Listens before it looks: what changes in between is not missed.
      const news = this.news(sessionId, given);
      try {
        const now = this.observe(sessionId);
        if (now.state === 'over') return { end: now.end };
        if (now.state === 'running') {
          const end = await this.bindTo(placement, now, given);
          if (end !== null) return { end };
          if (this.bound.get(sessionId) === now.podUid) return { endpoint: now.endpoint };
        } else {
          const saying = JSON.stringify(now.progress);
          if (saying !== told) progress(now.progress);
          this.warnOfStranger(sessionId);
          told = saying;
        }
        await news.come;
      } finally {
        news.cancel();
      }
    }
    throw new PlacementLeft();
  }

  /** The template says whether a session ends that is idle or that nobody is attached to, or is suspended; the operator does it. */
  mayGoOn({ reason }: SessionEnd): boolean {
    return reason === 'idle-timeout' || reason === 'detach-timeout';
  }

  suspend(sessionId: string): Promise<void> {
    return this.objects.suspend(sessionId);
  }

  resume(sessionId: string): Promise<void> {
    return this.objects.resume(sessionId);
  }

  found(): FoundSession[] {
    return this.objects
      .all()
      .filter((object) => observed(object).state !== 'over')
      .map(foundSession);
  }

  subscribe(listener: (sessionId: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closing.abort();
    for (const timer of this.unwanted.values()) clearTimeout(timer);
    this.unwanted.clear();
    this.unsubscribe();
    this.listeners.clear();
    await this.objects.close();
  }

  private observe(sessionId: string): Observed {
    const object = this.objects.get(sessionId);
    if (object !== undefined) this.expected.delete(sessionId);
    else if (this.expected.has(sessionId)) return { state: 'starting', progress: { code: 'scheduling' } };
    return observed(object);
  }

  private warnOfStranger(sessionId: string): void {
    const endpoint = strangeEndpoint(this.objects.get(sessionId));
    if (endpoint !== null)
      this.log.error({ sessionId, endpoint }, 'the endpoint in the status of a session is not one of a pod');
  }

  private refuse(sessionId: string): void {
    clearTimeout(this.unwanted.get(sessionId));
    this.unwanted.set(
      sessionId,
      setTimeout(() => this.unwanted.delete(sessionId), UNWANTED_MS),
    );
  }

  /** Wakes those who wait, and tells of a session whose pod is not any more the one that was bound. */
  private changed(sessionId: string): void {
    if (this.unwanted.has(sessionId) && observed(this.objects.get(sessionId)).state !== 'over')
      this.objects.delete(sessionId).catch((error: unknown) => {
        this.log.error({ sessionId, err: error }, 'the object of a session that was ended cannot be deleted');
      });
    for (const wake of this.waiting.get(sessionId) ?? []) wake();
    const podUid = this.bound.get(sessionId);
    if (podUid === undefined) return;
    const now = this.observe(sessionId);
    if (now.state === 'running' && now.podUid === podUid) return;
    this.bound.delete(sessionId);
    for (const listener of this.listeners) listener(sessionId);
  }

  /** The next change of the session's object; an abort of `signal` is news too. */
  private news(sessionId: string, signal: AbortSignal): { come: Promise<void>; cancel: () => void } {
    const all = this.waiting.get(sessionId) ?? new Set();
    this.waiting.set(sessionId, all);
    let wake: () => void = () => undefined;
    const come = new Promise<void>((resolve) => (wake = resolve));
    all.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    const cancel = () => {
      signal.removeEventListener('abort', wake);
      all.delete(wake);
      if (all.size === 0 && this.waiting.get(sessionId) === all) this.waiting.delete(sessionId);
    };
    return { come, cancel };
  }

  /** Tells the pod whose it is, until it has heard or is another. Resolves with an end when it never will. */
  private async bindTo(
    placement: Placement,
    pod: { endpoint: string; podUid: string },
    signal: AbortSignal,
  ): Promise<SessionEnd | null> {
    const { sessionId, attachKey, size, env, command, policy } = placement;
    const { limits, bindKey } = this.options;
    const request = { sessionId, attachKey, size, env, limits, command, policy };
    const isSame = () => {
      const now = this.observe(sessionId);
      return now.state === 'running' && now.podUid === pod.podUid;
    };
    let refusals = 0;
    for (let attempt = 0; !signal.aborted && isSame() && this.bound.get(sessionId) !== pod.podUid; attempt += 1) {
      const outcome = await bind(pod, request, bindKey(), signal);
      if (outcome === 'bound') {
        this.bound.set(sessionId, pod.podUid);
        // What has changed meanwhile was nobody's concern until now.
        this.changed(sessionId);
        return null;
      }
      this.log.debug({ sessionId, outcome }, 'a session pod is not bound yet');
      refusals = outcome === 'unreachable' ? 0 : refusals + 1;
      if (refusals === MAX_REFUSALS) return this.giveUp(sessionId, outcome);
      await delay(BIND_RETRY_MS[attempt] ?? BIND_RETRY_MAX_MS, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  /** A pod that nobody can use is of no use. */
  private async giveUp(sessionId: string, outcome: string): Promise<SessionEnd> {
    this.log.error({ sessionId, outcome }, 'a session pod does not take this gateway’s word');
    await this.objects.delete(sessionId).catch(() => undefined);
    return {
      reason: 'start-failed',
      exitCode: null,
      detail:
        'The session pod does not accept this gateway: the key of the gateways (RUNNER_BIND_KEY) and the one that the operator gives to pods do not belong together, or clocks differ by more than a minute.',
    };
  }

  private specOf({ owner, ownerName, role, name, workspace }: Placement): NewClaudeSessionSpec {
    const { template, limits, maxLifetimeMs } = this.options;
    const { idleTimeoutMs, idleWarningMs, detachGraceMs } = limits;
    return {
      owner,
      ...(ownerName === null ? {} : { ownerName }),
      // Viewers start none.
      ...(role === 'viewer' ? {} : { role }),
      templateRef: { name: template },
      workspace,
      displayName: name,
      idleTimeoutSeconds: Math.ceil(idleTimeoutMs / 1000),
      idleWarningSeconds: Math.ceil(Math.min(idleWarningMs, idleTimeoutMs) / 1000),
      detachGraceSeconds: Math.ceil(detachGraceMs / 1000),
      maxLifetimeSeconds: Math.ceil(maxLifetimeMs / 1000),
    };
  }
}

/** The API server's refusal as the person's. */
function startError(error: unknown): SessionStartError {
  if (!(error instanceof Error)) throw error;
  const { message } = error;
  // A ResourceQuota forbids; so does RBAC, in other words.
  if (isForbidden(error) && message.includes('exceeded quota'))
    return new SessionStartError({ reason: 'quota-exceeded', exitCode: null, detail: message });
  return new SessionStartError({
    reason: 'start-failed',
    exitCode: null,
    detail: `The cluster did not take the session: ${message}`,
  });
}
