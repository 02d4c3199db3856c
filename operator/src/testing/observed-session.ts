/** What an operator may observe of one session, and what it decides: values for tests. */
import type { ClaudeSession, ClaudeSessionStatus, EndAction, SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS, sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import type { Pod, PodStatus } from '@claude-webui/kubernetes-api/client';
import { CONTAINER } from '@claude-webui/kubernetes-api/client';
import type { Decision } from '../sessions/decision';
import type { Observation } from '../sessions/observation';

export const CREATED = '2026-01-01T00:00:00Z';
export const START = Date.parse(CREATED);
export const NAME = 's';

export const template = (
  workspace: 'Ephemeral' | 'Persistent' = 'Ephemeral',
  onIdle: EndAction = 'End',
  onDetach?: EndAction,
): SessionTemplate => ({
  metadata: { name: 'default', uid: 't' },
  spec: sessionTemplateSpecSchema.parse({ image: 'i', onIdle, onDetach, workspace: { kind: workspace } }),
});

export function session(
  status: ClaudeSessionStatus | undefined,
  spec: Partial<ClaudeSession['spec']> = {},
): ClaudeSession {
  return {
    metadata: { name: NAME, uid: 'u', generation: 1, creationTimestamp: CREATED },
    spec: {
      owner: 'ada',
      templateRef: { name: 'default' },
      workspace: 'default',
      suspend: false,
      idleTimeoutSeconds: 0,
      idleWarningSeconds: 0,
      detachGraceSeconds: 900,
      maxLifetimeSeconds: 0,
      ttlSecondsAfterFinished: 3600,
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

export function pod(status: PodStatus, metadata: Partial<Pod['metadata']> = {}): Observation['pods'][number] {
  return {
    pod: {
      metadata: {
        name: `cs-${NAME}-0`,
        uid: 'p',
        labels: { [LABELS.start]: '0' },
        creationTimestamp: CREATED,
        ...metadata,
      },
      spec: { nodeName: 'n', containers: [], terminationGracePeriodSeconds: 30 },
      status,
    },
    event: null,
  };
}
export const over = (exitCode: number, message?: string): PodStatus => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  containerStatuses: [
    { name: CONTAINER, state: { terminated: { exitCode, ...(message === undefined ? {} : { message }) } } },
  ],
});
export const ready: PodStatus = {
  phase: 'Running',
  podIP: '10.0.0.1',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [{ name: CONTAINER, ready: true, state: { running: {} } }],
};

export const unready: PodStatus = {
  ...ready,
  conditions: [{ type: 'Ready', status: 'False' }],
  containerStatuses: [{ name: CONTAINER, ready: false, state: { running: {} } }],
};
export const DAY_MS = 86_400_000;
export const crashed = (time: string) => ({ time, reason: 'RunnerCrashed' as const });
export const evicted = (time: string) => ({ time, reason: 'Evicted' as const });
export const silentSince = (lastTransitionTime: string) => ({
  type: 'Ready',
  status: 'False' as const,
  reason: 'RunnerUnresponsive',
  message: '',
  lastTransitionTime,
});
export const eventOf = (reason: string, message: string) => ({
  metadata: { name: 'e' },
  involvedObject: {},
  reason,
  message,
  type: 'Warning' as const,
});
export const suspended: ClaudeSessionStatus = {
  phase: 'Suspended',
  conditions: [{ type: 'Suspended', status: 'True', reason: 'Suspended', message: '', lastTransitionTime: CREATED }],
};

export const observe = (with_: Partial<Observation>): Observation => ({
  now: START + 60_000,
  session: session(undefined),
  template: template(),
  pods: [],
  report: null,
  activityAt: null,
  reportIsFresh: true,
  isOnCordonedNode: false,
  isProtected: false,
  protection: null,
  suspension: { ttlMs: Infinity, max: Infinity, newer: 0 },
  refusal: null,
  startDeadlineMs: 600_000,
  ...with_,
});

export const types = ({ steps }: Decision) => steps.map(({ type }) => type);
export const written = ({ steps }: Decision) => {
  const write = steps.find((step) => step.type === 'write-status');
  return write?.type === 'write-status' ? write.status : undefined;
};
export const alive: ClaudeSessionStatus = {
  phase: 'Ready',
  podUID: 'p',
  readyTime: CREATED,
  startTime: CREATED,
  endpoint: 'e',
};
