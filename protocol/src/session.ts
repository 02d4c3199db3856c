/** What a session is, as every part of the system speaks of it. */

/** Character cells. */
export interface TerminalSize {
  cols: number;
  rows: number;
}

/** A driver types and resizes; an observer only watches. A session has at most one driver. */
export type Role = 'driver' | 'observer';

/**
 * What the program does: `starting` before its first prompt, `working` from a prompt to its answer's end, `asks` for a permission
 * or an answer to a question, `done` when an answer is finished and nobody has typed since, `idle` at its prompt with nothing new.
 */
export const ACTIVITIES = ['starting', 'working', 'asks', 'done', 'idle'] as const;

export type Activity = (typeof ACTIVITIES)[number];

/** An activity as it is called now, before it is checked: older versions have one word for `asks`, `done` and `idle`. */
export const renamedActivity = (activity: unknown): unknown => (activity === 'waiting' ? 'done' : activity);

/** The first frame after an attach. */
export interface Attached {
  sessionId: string;
  /**
   * Names the output whose bytes the offsets count. Another name than before: the program was started anew, in a new pod, and
   * knows of no offset and no input from before.
   */
  stream: string;
  /** `exact`: output frames go on at `offset`, the one asked for. `snapshot`: a snapshot frame comes first. */
  resume: 'exact' | 'snapshot';
  /** Offset of the next output byte this attachment gets, or of the snapshot. */
  offset: number;
  /**
   * Output before this offset is a replay: a driver has been sent it before, or it is older than a few seconds. It acts on nothing but the
   * screen; above all it is not answered. Absent from runners of before this field.
   */
  replayTo?: number;
  /** How many lines above the screen the session keeps for those who come back by a snapshot. Absent from older runners. */
  scrollbackLines?: number;
  /** Highest input sequence number already taken from this client id; 0 if none. What is above it must be sent again. */
  inputSequence: number;
  /**
   * The last refusal of input from this client id. The connection may have broken before the client heard of it, and what was refused
   * is not sent again. Absent if nothing was refused, and from older runners.
   */
  refused?: Refused;
  state: AttachmentState;
}

/** What one attachment is told of the session, at the attach and at each change. */
export interface AttachmentState {
  role: Role;
  /** Whether somebody drives: an observer who takes over then takes it from a person. */
  driven: boolean;
  /** Everybody attached, this attachment included. */
  attachments: number;
  size: TerminalSize;
  activity: Activity;
  /** Milliseconds until the session ends for want of activity, counted from this message; null while that is far off. */
  idleEndsInMs: number | null;
}

/** Something a client sent was not done. */
export interface Refused {
  code: (typeof REFUSAL_CODES)[number];
  /** Number of the input that was refused. Absent where it was none, or will be sent again, and from older runners. */
  sequence?: number;
}

export const REFUSAL_CODES = ['not-driver', 'input-gap', 'input-overflow', 'line-too-long', 'bad-frame'] as const;

/** Why a session is over. */
export interface SessionEnd {
  reason: SessionEndReason;
  /** Exit status of the program, if it left by itself. */
  exitCode: number | null;
  /** A sentence with what helps, where the reason alone does not say it. */
  detail?: string;
}

/** Why sessions end. `../status.ts` has their sentences. */
export const SESSION_END_REASONS = [
  'exited',
  'terminated',
  'idle-timeout',
  'detach-timeout',
  'server-stopping',
  'cli-not-installed',
  'start-failed',
  'policy-not-enforced',
  'runner-crashed',
  // In a cluster.
  'suspended',
  'suspension-expired',
  'too-many-suspended',
  'runner-unresponsive',
  'lifetime-exceeded',
  'out-of-memory',
  'disk-full',
  'too-many-processes',
  'evicted',
  'preempted',
  'node-lost',
  'image-pull-failed',
  'quota-exceeded',
  'template-not-found',
] as const;

export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

/** What a session waits for that takes no attaches yet. `status.ts` has their sentences. */
export const SESSION_PROGRESS_CODES = [
  'scheduling',
  'unschedulable',
  'pulling-image',
  'image-pull-failed',
  'starting-container',
  'quota-exceeded',
  'template-not-found',
  'network-policy-missing',
  'workspace-busy',
  'restarting',
  'resuming',
  'suspended',
] as const;

export type SessionProgressCode = (typeof SESSION_PROGRESS_CODES)[number];

export interface SessionProgress {
  code: SessionProgressCode;
  /** A sentence with what the cluster says, where the code alone does not say it. */
  detail?: string;
}

/** A session as the REST API and the `session` event show it. */
export interface SessionInfo {
  id: string;
  name: string;
  /** User id (`sub`). */
  owner: string;
  workspace: string;
  /** Whether the workspace outlives the session. Absent where that is not known. */
  workspaceKept?: boolean;
  state: 'starting' | 'ready' | 'ended';
  /** What it waits for while `state` is `starting`; null or absent where that is not known. */
  progress?: SessionProgress | null;
  activity: Activity;
  /** Browsers attached now, drivers and observers. */
  attachments: number;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601; the last terminal output, CPU work or model call. */
  lastActivityAt: string;
  /** Present once `state` is `ended`. */
  end?: SessionEnd;
}
