/**
 * Whether one more session may start: its template's NetworkPolicy is in force, one session at a time works in a persistent workspace,
 * and the installation's limits leave room.
 */
import type { ClaudeSession, SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS, ownerLabel, workspaceClaimName } from '@claude-webui/kubernetes-api';
import { isOver } from '@claude-webui/kubernetes-api/client';
import type { ClusterView } from '../cluster-view';
import { isInForce } from '../pod/network-policy';
import type { Placement } from '../pod/placement';
import { isOfLaterRelease, laterReleaseMessage } from './later-release';
import type { Refusal } from './observation';

export interface Limits {
  /** 0 is no limit. */
  maxSessions: number;
  maxSessionsPerUser: number;
}

export class Admission {
  /** Sessions whose pod is being made: between the question and the pod in the store other sessions are asked about. */
  private readonly starting = new Map<string, ClaudeSession>();

  constructor(
    private readonly view: ClusterView,
    private readonly limits: Limits,
    private readonly placement: Placement,
  ) {}

  /** Null: it may. */
  refusal(session: ClaudeSession, template: SessionTemplate): Refusal | null {
    if (isOfLaterRelease(template))
      return waits(
        'TemplateNotFound',
        `Of the SessionTemplate "${template.metadata.name}": ${laterReleaseMessage(template)}`,
      );
    if (!isInForce(template, this.placement, this.view.networkPolicies)) return withoutPolicy(template);
    if (template.spec.workspace.kind === 'Persistent') {
      const other = this.workspaceHolder(session);
      if (other !== null)
        return waits('WorkspaceBusy', `Session ${other} works in the workspace "${session.spec.workspace}".`);
    }
    // It has had its place already, and only changes its pod.
    if (session.status?.startTime !== undefined && session.status.phase !== 'Suspended') return null;
    const { maxSessions, maxSessionsPerUser } = this.limits;
    if (maxSessions > 0 && this.running() >= maxSessions)
      return waits('QuotaExceeded', `As many sessions run as may (MAX_SESSIONS is ${maxSessions}).`);
    if (maxSessionsPerUser > 0 && this.runningOf(session.spec.owner).size >= maxSessionsPerUser)
      return waits(
        'QuotaExceeded',
        `The owner has as many sessions as one may have (MAX_SESSIONS_PER_USER is ${maxSessionsPerUser}).`,
      );
    return null;
  }

  /** The session counts from now on, until its pod is seen or `release` is called. */
  reserve(session: ClaudeSession): { release: () => void } {
    this.starting.set(session.metadata.name, session);
    return { release: () => this.starting.delete(session.metadata.name) };
  }

  /** The session whose pod has the claim, though the session's object may be gone. */
  private workspaceHolder(session: ClaudeSession): string | null {
    const { name } = session.metadata;
    const claim = workspaceClaimName(session.spec);
    const mounting = this.view.pods.find('claim', claim).filter((pod) => !isOver(pod));
    const holders = mounting.map((pod) => pod.metadata.labels?.[LABELS.session] ?? '');
    for (const other of this.starting.values())
      if (workspaceClaimName(other.spec) === claim && this.isPersistent(other)) holders.push(other.metadata.name);
    return holders.find((holder) => holder !== name) ?? null;
  }

  /** A session of the same owner and workspace name may be ephemeral: then it has another place. */
  private isPersistent({ spec }: ClaudeSession): boolean {
    return this.view.templates.get(spec.templateRef.name)?.spec.workspace.kind === 'Persistent';
  }

  /** Sessions that have a pod, also one that is over, or are getting one. */
  private running(): number {
    let size = this.view.pods.countValues('session');
    for (const name of this.starting.keys()) if (this.view.pods.find('session', name).length === 0) size += 1;
    return size;
  }

  private runningOf(owner: string): Set<string> {
    const names = new Set<string>();
    for (const pod of this.view.pods.find('owner', ownerLabel(owner)))
      if (!isOver(pod)) names.add(pod.metadata.labels?.[LABELS.session] ?? '');
    for (const session of this.starting.values()) if (session.spec.owner === owner) names.add(session.metadata.name);
    return names;
  }
}

/** The template's condition says why, once the operator has tried. */
function withoutPolicy({ metadata, status }: SessionTemplate): Refusal {
  const tried = status?.conditions?.find(
    ({ type, observedGeneration }) => type === 'NetworkPolicyApplied' && observedGeneration === metadata.generation,
  );
  if (tried?.status === 'False')
    return {
      reason: 'NetworkPolicyNotApplied',
      message: `Sessions of the template "${metadata.name}" may not start: ${tried.message}`,
      final: false,
    };
  return { reason: 'Scheduling', message: 'The NetworkPolicy of the template is being applied.', final: false };
}

const waits = (reason: 'QuotaExceeded' | 'WorkspaceBusy' | 'TemplateNotFound', message: string): Refusal => ({
  reason,
  message,
  final: false,
});
