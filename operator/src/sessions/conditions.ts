/** The conditions of a session, computed from what is known of it. */
import type { ClaudeSessionStatus, Condition, SessionConditionType } from '@claude-webui/kubernetes-api';
import { withTransitionTime } from '../controller/status-writer';
import type { Observation } from './observation';
import { inputWantedIn, rfc3339 } from './status-report';

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

/** What decides about conditions beside the observation. */
export interface Standing {
  scheduled: Verdict;
  ready: Verdict;
  suspended: Verdict;
  /** Whether the pod's runner is there to be attached to. */
  alive: boolean;
}

const yes = (reason: string, message: string): Verdict => ({ status: 'True', reason, message });
const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });

export const verdict = { yes, no };

export function conditions(o: Observation, standing: Standing): Condition[] {
  const before = o.session.status?.conditions;
  const now = rfc3339(o.now);
  const observedGeneration = o.session.metadata.generation ?? 0;
  const one = (type: SessionConditionType, says: Verdict): Condition =>
    withTransitionTime(before, { type, ...says, observedGeneration }, now);
  return [
    one('Scheduled', standing.scheduled),
    one('Ready', standing.ready),
    one('Attached', attached(o, standing)),
    one('WaitingForInput', waiting(o, standing)),
    one('Suspended', standing.suspended),
    ...(standing.alive && o.isOnCordonedNode ? [one('NodeDraining', draining(o))] : []),
  ];
}

/** The message is shown to the person. */
function draining({ template }: Observation): Verdict {
  const follows =
    template?.spec.workspace.kind === 'Persistent'
      ? 'The session is suspended then, its files are kept, and it goes on where you have left it when you open it again.'
      : 'The files of this session are lost when it ends: save elsewhere what you need, and start a new session.';
  return yes('NodeCordoned', `The machine on which this session runs is being emptied. ${follows}`);
}

/** What was known, while the runner has not been heard since this operator started. */
function known(before: ClaudeSessionStatus | undefined, type: SessionConditionType, otherwise: Verdict): Verdict {
  const old = before?.conditions?.find((condition) => condition.type === type);
  return old === undefined ? otherwise : { status: old.status, reason: old.reason, message: old.message };
}

function attached(o: Observation, { alive }: Standing): Verdict {
  const nobody = no('NoBrowser', 'No browser is attached.');
  if (!alive) return nobody;
  if (o.report === null) return known(o.session.status, 'Attached', nobody);
  const attachments = o.report.report?.attachments ?? 0;
  return attachments === 0 ? nobody : yes('BrowserAttached', 'At least one browser is attached.');
}

function waiting(o: Observation, { alive }: Standing): Verdict {
  const not = no('NotWaiting', 'Claude does not wait for the person.');
  if (!alive) return not;
  if (o.report === null) return known(o.session.status, 'WaitingForInput', not);
  switch (inputWantedIn(o.report.report?.activity ?? 'idle')) {
    case 'asks':
      return yes('ClaudeAsks', 'Claude asks for a permission or an answer.');
    case 'done':
      return yes('ClaudeHasAnswered', 'Claude has finished its answer, and nobody has typed since.');
    case null:
      return not;
  }
}
