/** Pod Security's profile "restricted" for what a chart renders: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
import type { KubernetesObject } from '@claude-webui/hack/generate/kustomize/render';

interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  allowPrivilegeEscalation?: boolean;
  privileged?: boolean;
  readOnlyRootFilesystem?: boolean;
  capabilities?: { drop?: string[]; add?: string[] };
  seccompProfile?: { type?: string };
}

interface Container {
  name: string;
  securityContext?: SecurityContext;
  ports?: { hostPort?: number }[];
  resources?: { limits?: { memory?: string } };
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  securityContext?: SecurityContext;
  volumes?: Record<string, unknown>[];
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
}

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** The pods of a manifest, if it makes any. */
export function podOf({ kind, spec }: KubernetesObject): PodSpec | null {
  if (kind === 'Pod') return spec as unknown as PodSpec;
  const template = (spec as { template?: { spec?: PodSpec } } | undefined)?.template;
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind) ? (template?.spec ?? null) : null;
}

/** What the profile forbids in it, and what we ask beyond: a read-only root and a memory limit. */
export function breaches(pod: PodSpec): string[] {
  const found: string[] = [];
  if (pod.hostNetwork || pod.hostPID || pod.hostIPC) found.push('shares a namespace of the host');
  for (const { name, ...volume } of (pod.volumes ?? []) as Record<string, string>[])
    for (const kind of Object.keys(volume)) if (!VOLUMES.includes(kind)) found.push(`volume ${name} is a ${kind}`);
  for (const container of [...(pod.initContainers ?? []), ...pod.containers])
    found.push(...containerBreaches(container, pod.securityContext ?? {}).map((what) => `${container.name} ${what}`));
  return found;
}

function containerBreaches({ securityContext = {}, ports = [], resources }: Container, pod: SecurityContext): string[] {
  const of = { ...pod, ...securityContext };
  const rules: [boolean, string][] = [
    [of.runAsNonRoot === true && of.runAsUser !== 0, 'may be root'],
    [of.allowPrivilegeEscalation === false, 'may gain privileges'],
    [of.privileged !== true, 'is privileged'],
    [of.capabilities?.drop?.includes('ALL') === true, 'keeps capabilities'],
    [(of.capabilities?.add ?? []).every((added) => added === 'NET_BIND_SERVICE'), 'adds capabilities'],
    [['RuntimeDefault', 'Localhost'].includes(of.seccompProfile?.type ?? ''), 'has no seccomp profile'],
    [ports.every(({ hostPort }) => hostPort === undefined), 'takes a port of the host'],
    [of.readOnlyRootFilesystem === true, 'can write to its root'],
    [resources?.limits?.memory !== undefined, 'has no memory limit'],
  ];
  return rules.filter(([holds]) => !holds).map(([, what]) => what);
}
