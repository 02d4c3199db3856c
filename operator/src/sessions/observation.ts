/** All that a decision about a session rests on, as values. */
import type { ClaudeSession, SessionReason, SessionTemplate } from '@claude-webui/kubernetes-api';
import type { Pod } from '@claude-webui/kubernetes-api/client';
import type { CoreEvent } from '../controller/event-recorder';
import type { StatusReport } from './status-report';

export interface ObservedPod {
  pod: Pod;
  /** The last event about it that its status does not tell. */
  event: CoreEvent | null;
}

/** Why a session may not start now. */
export interface Refusal {
  reason: SessionReason;
  message: string;
  /** It never will, as it is. */
  final: boolean;
}

/** What bounds the refusal of evictions. */
export interface Protection {
  /** Whether it is known which nodes are cordoned. */
  nodesAreKnown: boolean;
  /** For so long whoever is attached has a notice before a persistent session may be evicted. */
  noticeMs: number;
}

/** What bounds suspended sessions. */
export interface Suspension {
  /** A suspended session ends after so long; Infinity: never. */
  ttlMs: number;
  /** Suspended sessions that one person may have. */
  max: number;
  /** Those of the same owner that were suspended after this one. */
  newer: number;
}

export interface Observation {
  /** Milliseconds since the epoch. */
  now: number;
  session: ClaudeSession;
  template: SessionTemplate | null;
  /** The pods that belong to this very object, dead ones too. */
  pods: ObservedPod[];
  /** What the current pod's runner has said last; null while it has not been asked. */
  report: StatusReport | null;
  /** The last activity as the status is to tell it, milliseconds since the epoch; null while nothing is known. */
  activityAt: number | null;
  /** Whether `report` was made within the last rounds of questions. */
  reportIsFresh: boolean;
  /** Whether the node of the current pod takes no more pods, since it is to be emptied. */
  isOnCordonedNode: boolean;
  /** Whether a PodDisruptionBudget refuses evictions of its pod. */
  isProtected: boolean;
  /** When evictions are to be refused; null: never. */
  protection: Protection | null;
  suspension: Suspension;
  /** Why no pod may be started for it at the moment; null if one may. */
  refusal: Refusal | null;
  /** A start that takes longer has failed. */
  startDeadlineMs: number;
}
