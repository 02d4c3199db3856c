/** SessionTemplate: what the pods of sessions look like, and how many wait warm. */
import { z } from 'zod';
import { conditionsSchema } from './condition';
import type { KubernetesObject } from './object-meta';
import { egressRuleSchema, envVarSchema, quantity, resourcesSchema, tolerationSchema } from './pod-fields';

/** A pool that large costs more than the seconds it saves. */
const POOL_MAX = 500;

/** What becomes of a session that nobody is attached to, or in which nothing happens. */
export const END_ACTIONS = ['End', 'Suspend', 'Keep'] as const;
export type EndAction = (typeof END_ACTIONS)[number];

/** Runner and CLI alone have some 25 processes and threads. */
const PROCESSES_MIN = 64;
/** What Linux lets a small machine have in all (its preset kernel.pid_max); no session is to get there. */
const PROCESSES_MAX = 32_768;

const workspaceSchema = z
  .object({
    kind: z
      .enum(['Ephemeral', 'Persistent'])
      .default('Ephemeral')
      .describe(
        'Ephemeral: an emptyDir that goes with the pod. Persistent: one PersistentVolumeClaim per owner and workspace, which outlives the session.',
      ),
    size: quantity()
      .default('5Gi')
      .describe('Size of the claim, or the limit of the emptyDir. A claim that exists keeps its size.'),
    storageClassName: z
      .string()
      .max(253)
      .optional()
      .describe('Storage class of new claims; the default class of the cluster without it.'),
    accessModes: z
      .array(z.enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany']))
      .min(1)
      .max(3)
      .default(['ReadWriteOnce'])
      .describe('Access modes of new claims.'),
  })
  .describe('Where the files of a session are: its home and its working directory.');

export const sessionTemplateSpecSchema = z
  .object({
    image: z.string().min(1).max(512).describe('Image with the session-runner and the Claude Code CLI.'),
    imagePullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .describe('When the image is pulled.'),
    imagePullSecrets: z
      .array(z.object({ name: z.string().max(253).describe('Name of a Secret in the same namespace.') }))
      .max(16)
      .optional()
      .describe('Secrets for the registry of the image.'),
    resources: resourcesSchema
      .default({ requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } })
      .describe('CPU, memory and ephemeral storage of a session.'),
    maxProcesses: z
      .int()
      .min(PROCESSES_MIN)
      .max(PROCESSES_MAX)
      .default(1024)
      .describe(
        "Processes and threads that a session may have; above that it is ended and its person is told. Runner and CLI have some 25, and a build on a machine with many CPUs some hundred. Keep it well below the kubelet's podPidsLimit: where that is reached first, processes fail to start and nobody is told why.",
      ),
    runtimeClassName: z
      .string()
      .max(253)
      .optional()
      .describe('RuntimeClass for stronger isolation, such as gVisor or Kata Containers.'),
    nodeSelector: z
      .record(z.string(), z.string())
      .meta({ maxProperties: 32 })
      .optional()
      .describe('Labels that a node must have.'),
    tolerations: z.array(tolerationSchema).max(32).optional().describe('Node taints that sessions put up with.'),
    affinity: z
      .record(z.string(), z.unknown())
      .meta({ 'x-kubernetes-preserve-unknown-fields': true })
      .optional()
      .describe('Scheduling constraints, written as in spec.affinity of a Pod, which checks them.'),
    priorityClassName: z.string().max(253).optional().describe('PriorityClass of the pods.'),
    env: z
      .array(envVarSchema)
      .max(128)
      .optional()
      .describe(
        'Environment of the CLI and its programs, in addition to what the product sets and nobody else may. Secrets by reference only.',
      )
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    egress: z
      .array(egressRuleSchema)
      .max(64)
      .optional()
      .describe('What sessions may reach besides DNS and the gateway, as egress rules of a NetworkPolicy.'),
    workspace: workspaceSchema.default({ kind: 'Ephemeral', size: '5Gi', accessModes: ['ReadWriteOnce'] }),
    warmPool: z
      .object({
        size: z.int().min(0).max(POOL_MAX).default(0).describe('Pods that wait, started, for the next sessions.'),
        priorityClassName: z
          .string()
          .max(253)
          .optional()
          .describe(
            'PriorityClass of waiting pods in the place of the template’s; a session that takes one keeps it, since priorities do not change.',
          ),
      })
      .default({ size: 0 })
      .describe('Pods kept ready, so that a session starts without a pod start. For ephemeral workspaces only.'),
    terminationGracePeriodSeconds: z
      .int()
      .min(5)
      .max(3600)
      .default(30)
      .describe('How long a session has to end: the CLI saves its conversation in that time.'),
    onDetach: z
      .enum(END_ACTIONS)
      .optional()
      .describe(
        'What happens when no browser was attached for detachGraceSeconds: End the session, Suspend it with its persistent workspace, or Keep it. Without it: Keep where onIdle is Suspend or Keep, since the idle time decides there; End otherwise.',
      ),
    onIdle: z
      .enum(END_ACTIONS)
      .default('End')
      .describe(
        'What happens when nothing happened in the session for idleTimeoutSeconds: End the session, Suspend it with its persistent workspace, or Keep it.',
      ),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "!has(self.warmPool) || !has(self.warmPool.size) || self.warmPool.size == 0 || !has(self.workspace) || !has(self.workspace.kind) || self.workspace.kind == 'Ephemeral'",
        message: 'A warm pool needs an ephemeral workspace: a claim cannot be added to a pod that runs.',
      },
      ...['onIdle', 'onDetach'].map((field) => ({
        rule: `!has(self.${field}) || self.${field} != 'Suspend' || (has(self.workspace) && has(self.workspace.kind) && self.workspace.kind == 'Persistent')`,
        message: `${field}: Suspend needs a persistent workspace: an ephemeral one is lost with the pod.`,
      })),
    ],
  })
  .describe('What the pods of sessions look like.');

export const sessionTemplateStatusSchema = z
  .object({
    observedGeneration: z.int().min(0).optional().describe('The generation of the spec that this status is about.'),
    warmPool: z
      .object({
        desired: z.int().min(0).describe('Pods that are to wait.'),
        ready: z.int().min(0).describe('Pods that wait and can be taken.'),
        starting: z.int().min(0).describe('Pods that are on their way.'),
      })
      .optional()
      .describe('The warm pool, at most half a minute ago.'),
    conditions: conditionsSchema
      .optional()
      .describe(
        'Accepted: sessions can be made from the template. NetworkPolicyApplied: its NetworkPolicy is in force; until then no session starts. WarmPoolReady: the warm pool is kept at its size.',
      ),
  })
  .describe('What the operator has made of the template.');

export type SessionTemplateSpec = z.infer<typeof sessionTemplateSpecSchema>;

/** What a template does with a session that nobody is attached to. */
export function detachAction({ onDetach, onIdle }: Pick<SessionTemplateSpec, 'onDetach' | 'onIdle'>): EndAction {
  return onDetach ?? (onIdle === 'End' ? 'End' : 'Keep');
}

export type SessionTemplateStatus = z.infer<typeof sessionTemplateStatusSchema>;

export interface SessionTemplate extends KubernetesObject {
  spec: SessionTemplateSpec;
  status?: SessionTemplateStatus;
}
