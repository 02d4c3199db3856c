/** What a gateway has of a cluster, without its process. */
import type { KeyObject } from 'node:crypto';
import type { ClusterAccess } from '@claude-webui/kubernetes-api/client';
import { createLogger } from '../log';
import { Metrics } from '../metrics/metrics';
import { Policy } from '../policy/policy';
import { ProvenSettings } from '../policy/proven-settings';
import type { SessionRecord } from '../sessions/directory';
import { KubernetesBackend } from '../sessions/kubernetes/kubernetes-backend';
import { SessionObjects } from '../sessions/kubernetes/session-objects';
import { MemoryDirectory } from '../sessions/memory-directory';
import { Sessions } from '../sessions/sessions';

export interface ClusterSessionsOptions {
  namespace: string;
  bindKey: KeyObject;
  idleTimeoutMs?: number;
  idleWarningMs?: number;
}

const silent = createLogger('silent');

export class ClusterSessions {
  readonly directory = new MemoryDirectory();
  readonly backend: KubernetesBackend;
  readonly sessions: Sessions;

  private constructor(
    readonly objects: SessionObjects,
    { bindKey, idleTimeoutMs = 0, idleWarningMs = 0 }: ClusterSessionsOptions,
  ) {
    const limits = {
      idleTimeoutMs,
      idleWarningMs,
      detachGraceMs: 60_000,
      detachMaxWorkMs: 3_600_000,
      scrollbackLines: 5000,
    };
    const options = { keepsWorkspaces: false, template: 'default', limits, maxLifetimeMs: 0, bindKey: () => bindKey };
    this.backend = new KubernetesBackend(objects, options, silent);
    this.sessions = new Sessions({
      directory: this.directory,
      backend: this.backend,
      cluster: this.backend,
      modelEnvironment: () => ({}),
      policy: () => Policy.preset,
      proven: new ProvenSettings(),
      metrics: new Metrics(),
      audit: { record: () => undefined },
      log: silent,
    });
  }

  static async open(access: ClusterAccess, options: ClusterSessionsOptions): Promise<ClusterSessions> {
    return new ClusterSessions(await SessionObjects.open(options.namespace, silent, access), options);
  }

  /** Resolves once a session's record is as wanted. */
  until(id: string, check: (record: SessionRecord) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = this.directory.subscribe((record) => {
        if (record.id !== id || !check(record)) return;
        unsubscribe();
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return this.sessions.close('leave');
  }
}
