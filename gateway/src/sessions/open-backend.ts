import type { Notice } from '@claude-webui/protocol';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config';
import type { Logger } from '../log';
import type { LiveSecrets } from '../secrets/live-secrets';
import { codeOf } from '../secrets/provider';
import { runnerBindShape, ShapeError } from '../secrets/shapes';
import type { SessionBackend, SessionCluster } from './backend';
import type { Isolation } from './isolation';
import { probeIsolation } from './isolation';
import type { MachineNotices } from './kubernetes/machine-notices';
import type { ProcessBackendOptions } from './process-backend';
import { ProcessBackend } from './process-backend';

/** Calls back with what people are to hear of the machines of their sessions, until it is closed. */
export type FollowMachines = (tell: (owner: string, notice: Notice) => void) => Pick<MachineNotices, 'of' | 'close'>;

/** For tests and benchmarks: another program than Claude Code in the sessions. */
export type PlainProgram = Pick<ProcessBackendOptions['program'], 'path' | 'args'>;

export interface OpenedBackend {
  backend: SessionBackend;
  /** The same, where sessions outlive gateways; else null. */
  cluster: SessionCluster | null;
  isolation: Isolation;
  machineNotices: FollowMachines | null;
}

/**
 * Where sessions run, as SESSION_BACKEND says, and how they are held apart.
 * @throws Error with a sentence when it cannot be used
 */
export async function openBackend(
  { sessions, logLevel }: Config,
  plainProgram: PlainProgram | null,
  secrets: LiveSecrets,
  log: Logger,
): Promise<OpenedBackend> {
  if (sessions.backend.kind === 'kubernetes') {
    const { namespace, template, maxLifetimeMs, bindKeyFile } = sessions.backend;
    // The client of the Kubernetes API is large, and nobody else needs it.
    const { KubernetesBackend } = await import('./kubernetes/kubernetes-backend.js');
    const { SessionObjects } = await import('./kubernetes/session-objects.js');
    const { MachineNotices } = await import('./kubernetes/machine-notices.js');
    const bindKey = await (bindKeyFile === null
      ? secrets.need('runner-bind', runnerBindShape)
      : bindKeyIn(bindKeyFile));
    const objects = await SessionObjects.open(namespace, log).catch((error: unknown) => {
      throw new Error(
        `The ClaudeSessions of namespace ${namespace} cannot be read: ${error instanceof Error ? error.message : String(error)}. Check SESSION_NAMESPACE, that the CRDs are installed, and the rights of this service account.`,
      );
    });
    const options = {
      template,
      keepsWorkspaces: sessions.persistent,
      limits: limitsOf(sessions),
      maxLifetimeMs,
      bindKey,
    };
    const machineNotices: FollowMachines = (tell) => new MachineNotices(objects, tell);
    const backend = new KubernetesBackend(objects, options, log);
    return { backend, cluster: backend, isolation: { confinement: 'pod' }, machineNotices };
  }
  const isolation = await probeIsolation(sessions.isolation);
  const backend = new ProcessBackend({
    workingDirectory: sessions.workingDirectory,
    persistent: sessions.persistent,
    sessions: { total: sessions.maxTotal, perUser: sessions.maxPerUser },
    program:
      plainProgram === null
        ? { path: sessions.cliPath, args: [], kind: 'claude', confinement: isolation.confinement }
        : { ...plainProgram, kind: 'plain', confinement: 'none' },
    limits: limitsOf(sessions),
    logLevel,
    log,
  });
  return { backend, cluster: null, isolation, machineNotices: null };
}

async function bindKeyIn(file: string): Promise<() => KeyObject> {
  const key = await readFile(file, 'utf8')
    .then(runnerBindShape)
    .catch((error: unknown) => {
      const why = error instanceof ShapeError ? error.message : `cannot be read (${codeOf(error)}).`;
      throw new Error(`The file ${file} of RUNNER_BIND_KEY_FILE ${why}`);
    });
  return () => key;
}

function limitsOf({
  idleTimeoutMs,
  idleWarningMs,
  detachGraceMs,
  detachMaxWorkMs,
  scrollbackLines,
}: Config['sessions']): ProcessBackendOptions['limits'] {
  return { idleTimeoutMs, idleWarningMs, detachGraceMs, detachMaxWorkMs, scrollbackLines };
}
