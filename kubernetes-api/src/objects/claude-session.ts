/** ClaudeSession: one person's terminal with Claude Code in it. Its name is the session id. */
import { z } from 'zod';
import { conditionsSchema } from './condition';
import type { KubernetesObject } from './object-meta';
import { END_REASONS, SESSION_PHASES, SESSION_REASONS } from './reasons';

/** Replacements of a session's pod that are remembered, and allowed within a day. */
export const RECENT_RESTARTS_MAX = 10;

/** A CEL rule of the object's schema, checked by the API server. */
const immutable = (field: string) => ({
  'x-kubernetes-validations': [
    { rule: 'self == oldSelf', message: `${field} cannot be changed. Make a new ClaudeSession.` },
  ],
});

/** 31 days: whoever wants more wants 0, which is off. */
const SECONDS_MAX = 2_678_400;
const seconds = () => z.int().min(0).max(SECONDS_MAX);
const time = () => z.string().meta({ format: 'date-time' });

export const claudeSessionSpecSchema = z
  .object({
    owner: z
      .string()
      .min(1)
      .max(256)
      .meta(immutable('The owner'))
      .describe('Id of the user whose session this is (the "sub" of their tokens). Cannot be changed.'),
    ownerName: z
      .string()
      .max(256)
      .optional()
      .describe('Name of the owner for people who list sessions. Grants nothing.'),
    role: z.enum(['user', 'admin']).optional().describe('Role of the owner: which command policy holds.'),
    templateRef: z
      .object({
        name: z.string().min(1).max(253).describe('Name of a SessionTemplate in the same namespace.'),
      })
      .meta(immutable('The template'))
      .describe('The SessionTemplate that says what the pod looks like. Cannot be changed.'),
    workspace: z
      .string()
      .min(1)
      .max(64)
      .default('default')
      .meta(immutable('The workspace'))
      .describe(
        'Name of the workspace. With a persistent template, sessions of the same owner and workspace find the same files. Cannot be changed.',
      ),
    displayName: z.string().max(128).optional().describe('What the owner calls the session.'),
    suspend: z
      .boolean()
      .default(false)
      .describe(
        'True ends the pod and keeps the object and its persistent workspace; false starts it again, and the conversation goes on. An ephemeral workspace is lost.',
      ),
    idleTimeoutSeconds: seconds()
      .default(0)
      .describe(
        'Time after which nothing has happened in the session, no output and no work; then onIdle of the template says what becomes of it. 0 is off.',
      ),
    idleWarningSeconds: seconds()
      .default(0)
      .describe('How long before an idle end the terminal says so. At most idleTimeoutSeconds.'),
    detachGraceSeconds: seconds()
      .default(900)
      .describe(
        'How long no browser may be attached while Claude does not work; then onDetach of the template says what becomes of the session. 0: at once.',
      ),
    maxLifetimeSeconds: seconds()
      .default(0)
      .describe('The session ends so long after its creation, whatever happens in it. 0 is off.'),
    ttlSecondsAfterFinished: seconds()
      .default(3600)
      .describe('The object is deleted so long after the session ended or failed.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '!has(self.idleWarningSeconds) || !has(self.idleTimeoutSeconds) || self.idleTimeoutSeconds == 0 || self.idleWarningSeconds <= self.idleTimeoutSeconds',
        message: 'idleWarningSeconds must not be longer than idleTimeoutSeconds.',
      },
    ],
  })
  .describe('What the session is to be.');

export const claudeSessionStatusSchema = z
  .object({
    observedGeneration: z.int().min(0).optional().describe('The generation of the spec that this status is about.'),
    phase: z
      .enum(SESSION_PHASES)
      .optional()
      .describe('The session in one word. Programs that need more look at conditions and reason.'),
    reason: z.enum(SESSION_REASONS).optional().describe('Why the session is in this phase.'),
    message: z.string().max(4096).optional().describe('The same as a sentence for people.'),
    conditions: conditionsSchema
      .optional()
      .describe('Scheduled, Ready, Attached, WaitingForInput and Suspended, each with a reason and a message.'),
    podName: z.string().optional().describe('The pod of the session, in the same namespace.'),
    podUID: z.string().optional().describe('UID of that pod: what a bind token is made out to.'),
    endpoint: z.string().optional().describe('Where gateways attach, as http://address:port, once the pod is ready.'),
    startKind: z
      .enum(['Warm', 'Cold'])
      .optional()
      .describe('Whether the last start took a waiting pod of the warm pool or made a new one.'),
    attachments: z.int().min(0).optional().describe('Browsers attached now.'),
    lastActivityTime: time()
      .optional()
      .describe('The last output, work or model call in the session; moves in steps of at least a minute.'),
    startTime: time().optional().describe('When the session got its first pod.'),
    readyTime: time().optional().describe('When a browser could first attach.'),
    endTime: time().optional().describe('When the session ended or failed.'),
    exitCode: z.int().optional().describe('Exit status of the program, if it left by itself.'),
    restarts: z.int().min(0).optional().describe('Pods of this session that ended too early and were replaced.'),
    crashes: z.int().min(0).optional().describe('Those of them that crashed or did not answer any more.'),
    recentRestarts: z
      .array(z.object({ time: time().describe('When.'), reason: z.enum(END_REASONS).describe('Why.') }))
      .max(RECENT_RESTARTS_MAX)
      .optional()
      .describe(
        'The last replacements of the pod, oldest first. Within 24 hours the second crash fails the session, or the eleventh replacement.',
      ),
    suspendedUntil: time()
      .optional()
      .describe('When the suspended session ends for good unless it is resumed; its persistent workspace stays.'),
    lastRestartReason: z.enum(END_REASONS).optional().describe('What became of the last pod that was replaced.'),
    lastRestartMessage: z.string().max(4096).optional().describe('The same as a sentence for people.'),
  })
  .describe('What the session is. Written by the operator only.');

export type ClaudeSessionSpec = z.infer<typeof claudeSessionSpecSchema>;
/** A spec as a client may write it: what has a default may be left out. */
export type NewClaudeSessionSpec = z.input<typeof claudeSessionSpecSchema>;
export type ClaudeSessionStatus = z.infer<typeof claudeSessionStatusSchema>;

export interface ClaudeSession extends KubernetesObject {
  spec: ClaudeSessionSpec;
  /** Absent until the operator has seen the object. */
  status?: ClaudeSessionStatus;
}
