/** What a session pod looks like: Pod Security "restricted", nothing in it that is worth stealing. */
import { createHash } from 'node:crypto';
import type { ClaudeSession, OwnerReference, SessionTemplate } from '@claude-webui/kubernetes-api';
import {
  GROUP_VERSION,
  LABELS,
  OPERATOR_NAME,
  SESSION_POD_NAME,
  detachAction,
  isReservedVariable,
  ownerLabel,
  workspaceClaimName,
} from '@claude-webui/kubernetes-api';
import type { V1EnvVar, V1PodSpec, V1Toleration, V1Volume } from '@kubernetes/client-node';
import type { Plain, Pod } from '@claude-webui/kubernetes-api/client';
import { CONTAINER } from '@claude-webui/kubernetes-api/client';
import { common } from './common';
import type { Placement } from './placement';

export const ATTACH_PORT = 7681;
export const STATUS_PORT = 9464;
/** User and group of everything in the pod; the image's own. */
const SESSION_UID = 10001;
const WORKING_DIR = '/tmp/claude-sessions';
/** What the CLI and its tools put into /tmp beside the workspace. */
const TMP_LIMIT = '1Gi';
/** A node that does not answer keeps its sessions so long. Kubernetes' own 300 s is long for somebody who waits. */
const NODE_LOSS_SECONDS = 60;
/** Seconds a container may take until it serves: the runner is there in one or two, a slow disk is slower. */
const STARTUP_SECONDS = 120;

/** Tell the cluster autoscaler and Karpenter not to move somebody's session; a pod that nobody has may go. */
const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const DO_NOT_DISRUPT = 'karpenter.sh/do-not-disrupt';

/** Changes when pods of this template would look different. */
export function templateHash(template: SessionTemplate, placement: Placement): string {
  const { labels, annotations } = placement;
  const looks = [podSpec(template, placement, null), warmPriority(template), labels, annotations];
  return createHash('sha256').update(JSON.stringify(looks)).digest('hex').slice(0, 16);
}

/** The name of the nth pod of a session: one that can exist once, so no race makes two. */
export const sessionPodName = (session: ClaudeSession, start: number) => `cs-${session.metadata.name}-${start}`;

/** A pod made for one session from the start. */
export function sessionPod(
  session: ClaudeSession,
  template: SessionTemplate,
  start: number,
  placement: Placement,
): Pod {
  const claim = template.spec.workspace.kind === 'Persistent' ? workspaceClaimName(session.spec) : null;
  const { labels, annotations, ownerReferences } = belongingTo(session, start);
  return {
    metadata: {
      name: sessionPodName(session, start),
      ...common(placement, { ...podLabels(template), ...labels }, annotations),
      ownerReferences,
    },
    spec: podSpec(template, placement, claim),
  };
}

/** Kept by the session that takes the pod: priorities of pods do not change. */
const warmPriority = ({ spec }: SessionTemplate) => spec.warmPool.priorityClassName ?? spec.priorityClassName;

/** A pod that waits for a session. Its owner is the template, so it goes when the template does. */
export function warmPod(template: SessionTemplate, name: string, placement: Placement): Pod {
  return {
    metadata: {
      name,
      ...common(
        placement,
        { ...podLabels(template), [LABELS.pool]: templateHash(template, placement) },
        { [SAFE_TO_EVICT]: 'true' },
      ),
      ownerReferences: [controllerReference('SessionTemplate', template.metadata)],
    },
    spec: { ...podSpec(template, placement, null), ...defined({ priorityClassName: warmPriority(template) }) },
  };
}

/** What makes a pod a session's: for a new pod, and as the patch that claims a warm one. */
export function belongingTo(session: ClaudeSession, start: number) {
  return {
    labels: {
      [LABELS.session]: session.metadata.name,
      [LABELS.owner]: ownerLabel(session.spec.owner),
      [LABELS.start]: String(start),
    },
    annotations: { [SAFE_TO_EVICT]: 'false', [DO_NOT_DISRUPT]: 'true' },
    ownerReferences: [controllerReference('ClaudeSession', session.metadata)],
  };
}

export function controllerReference(kind: string, { name, uid = '' }: { name: string; uid?: string }): OwnerReference {
  return { apiVersion: GROUP_VERSION, kind, name, uid, controller: true, blockOwnerDeletion: false };
}

function podLabels(template: SessionTemplate): Record<string, string> {
  return {
    [LABELS.name]: SESSION_POD_NAME,
    [LABELS.workspace]: template.spec.workspace.kind,
    [LABELS.managedBy]: OPERATOR_NAME,
    [LABELS.template]: template.metadata.name,
  };
}

function podSpec({ spec }: SessionTemplate, placement: Placement, claim: string | null): Plain<V1PodSpec> {
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: SESSION_UID,
      runAsGroup: SESSION_UID,
      fsGroup: SESSION_UID,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...defined({
      imagePullSecrets: spec.imagePullSecrets,
      runtimeClassName: spec.runtimeClassName,
      nodeSelector: spec.nodeSelector,
      affinity: spec.affinity,
      priorityClassName: spec.priorityClassName,
    }),
    tolerations: tolerations(spec.tolerations ?? []),
    volumes: [workspaceVolume(spec, claim), { name: 'tmp', emptyDir: { sizeLimit: TMP_LIMIT } }],
    containers: [
      {
        name: CONTAINER,
        image: spec.image,
        imagePullPolicy: spec.imagePullPolicy,
        ports: [
          { name: 'attach', containerPort: ATTACH_PORT },
          { name: 'status', containerPort: STATUS_PORT },
        ],
        env: environment(spec, placement),
        resources: { requests: amounts(spec.resources.requests), limits: amounts(spec.resources.limits) },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        startupProbe: {
          httpGet: { path: '/healthz', port: ATTACH_PORT },
          periodSeconds: 1,
          failureThreshold: STARTUP_SECONDS,
        },
        // A busy node may be slow to answer for a while; a runner that is stopped or hangs never answers again.
        livenessProbe: {
          httpGet: { path: '/healthz', port: ATTACH_PORT },
          periodSeconds: 30,
          timeoutSeconds: 15,
          failureThreshold: 10,
        },
        readinessProbe: { httpGet: { path: '/healthz', port: ATTACH_PORT }, periodSeconds: 10, timeoutSeconds: 5 },
        terminationMessagePolicy: 'File',
        // The more special path comes second: it lies inside the first.
        volumeMounts: [
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'workspace', mountPath: WORKING_DIR },
        ],
      },
    ],
  };
}

function workspaceVolume(spec: SessionTemplate['spec'], claim: string | null): Plain<V1Volume> {
  if (claim !== null) return { name: 'workspace', persistentVolumeClaim: { claimName: claim } };
  return { name: 'workspace', emptyDir: { sizeLimit: String(spec.workspace.size) } };
}

/** The template's variables that sessions get. Others are in objects from before the API server refused them. */
const ownVariables = ({ env = [] }: SessionTemplate['spec']) => env.filter(({ name }) => !isReservedVariable(name));

/** The template's variables that sessions do not get, since the product sets them. */
export const ignoredVariables = ({ env = [] }: SessionTemplate['spec']) =>
  env.map(({ name }) => name).filter(isReservedVariable);

function environment(spec: SessionTemplate['spec'], placement: Placement): Plain<V1EnvVar>[] {
  const own = ownVariables(spec);
  const field = (name: string, fieldPath: string): Plain<V1EnvVar> => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return [
    field('POD_NAME', 'metadata.name'),
    field('POD_UID', 'metadata.uid'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    { name: 'CLAUDE_WORKING_DIR', value: WORKING_DIR },
    { name: 'RUNNER_PORT', value: String(ATTACH_PORT) },
    { name: 'RUNNER_STATUS_PORT', value: String(STATUS_PORT) },
    { name: 'RUNNER_MAX_PROCESSES', value: String(spec.maxProcesses) },
    { name: 'RUNNER_ON_DETACH', value: detachAction(spec) },
    { name: 'RUNNER_ON_IDLE', value: spec.onIdle },
    { name: 'RUNNER_BIND_PUBLIC_KEY', value: placement.bindPublicKey },
    { name: 'ANTHROPIC_BASE_URL', value: `${placement.gatewayInternalUrl}/llm` },
    { name: 'LOG_LEVEL', value: placement.logLevel },
    // Which of the container's variables are the template's and not the image's: all of those are for the session.
    { name: 'RUNNER_SESSION_VARIABLES', value: own.map(({ name }) => name).join(',') },
    ...(own as Plain<V1EnvVar>[]),
  ];
}

/** The template's, and shorter ones for lost nodes unless it has its own. */
function tolerations(own: NonNullable<SessionTemplate['spec']['tolerations']>): Plain<V1Toleration>[] {
  const lost = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !own.some((one) => one.key === key))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: NODE_LOSS_SECONDS }));
  return [...(own as Plain<V1Toleration>[]), ...lost];
}

const amounts = (of: Record<string, string | number>) =>
  Object.fromEntries(Object.entries(of).map(([name, amount]) => [name, String(amount)]));

/** Without the fields that are undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
