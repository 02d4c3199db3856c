/** Sessions on this machine for tests: the real backend and real runners, with a plain program in the place of the CLI. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditTrail } from '../audit/audit';
import { createLogger } from '../log';
import { Metrics } from '../metrics/metrics';
import type { SessionLimitCounts, SessionRecord } from '../sessions/directory';
import { Policy } from '../policy/policy';
import { ProvenSettings } from '../policy/proven-settings';
import { MemoryDirectory } from '../sessions/memory-directory';
import type { ProcessBackendOptions } from '../sessions/process-backend';
import { ProcessBackend } from '../sessions/process-backend';
import type { SessionWish, Viewer } from '../sessions/sessions';
import { Sessions } from '../sessions/sessions';

export const ALICE: Viewer = { id: 'alice', role: 'user' };
export const BOB: Viewer = { id: 'bob', role: 'user' };
export const ADMIN: Viewer = { id: 'root', role: 'admin' };
export const WATCHER: Viewer = { id: 'watcher', role: 'viewer' };

export interface LocalSessionsOptions {
  /** What each session runs, by `sh -c`. */
  command?: string;
  limits?: SessionLimitCounts;
  persistent?: boolean;
  /** In the place of /bin/sh. */
  programPath?: string;
  detachGraceMs?: number;
  audit?: AuditTrail;
  policy?: Policy;
}

/** A whole `sessions/` with its own directories. */
export class LocalSessions {
  private readonly base = mkdtempSync(join(tmpdir(), 'cwui-test-'));
  readonly workingDirectory = join(this.base, 'sessions');
  readonly directory = new MemoryDirectory();
  readonly metrics = new Metrics();
  readonly backend: ProcessBackend;
  readonly sessions: Sessions;

  constructor(options: LocalSessionsOptions = {}) {
    this.backend = new ProcessBackend(backendOptions(this.workingDirectory, options));
    this.sessions = new Sessions({
      directory: this.directory,
      backend: this.backend,
      cluster: null,
      modelEnvironment: () => ({}),
      policy: () => options.policy ?? Policy.preset,
      proven: new ProvenSettings(),
      metrics: this.metrics,
      audit: options.audit ?? { record: () => undefined },
      log: createLogger('silent'),
    });
  }

  /** A session that takes attaches. */
  async started(viewer: Viewer = ALICE, wish: SessionWish = {}): Promise<SessionRecord> {
    const { id } = await this.sessions.create(viewer, wish);
    const record = await this.sessions.settled(id, AbortSignal.timeout(20_000));
    if (record.state !== 'ready') throw new Error(`the session did not start: ${JSON.stringify(record.end)}`);
    return record;
  }

  /** The session's record once it has ended. */
  async ended(id: string): Promise<SessionRecord> {
    const now = await this.directory.get(id);
    if (now?.state === 'ended') return now;
    return new Promise((resolve) => {
      const unsubscribe = this.directory.subscribe((record) => {
        if (record.id !== id || record.state !== 'ended') return;
        unsubscribe();
        resolve(record);
      });
    });
  }

  async close(): Promise<void> {
    await this.sessions.close('end');
    rmSync(this.base, { recursive: true, force: true });
  }
}

export function backendOptions(workingDirectory: string, options: LocalSessionsOptions = {}): ProcessBackendOptions {
  return {
    workingDirectory,
    persistent: options.persistent ?? false,
    sessions: options.limits ?? { total: 100, perUser: 100 },
    program: {
      path: options.programPath ?? '/bin/sh',
      args: ['-c', options.command ?? 'cat'],
      kind: 'plain',
      confinement: 'none',
    },
    logLevel: 'silent',
    log: createLogger('silent'),
    limits: {
      idleTimeoutMs: 0,
      idleWarningMs: 0,
      detachGraceMs: options.detachGraceMs ?? 60_000,
      detachMaxWorkMs: 3_600_000,
      scrollbackLines: 5000,
    },
  };
}
