/** Whether evictions of a session's pod are to be refused by a PodDisruptionBudget. Pure. */
import type { Observation } from './observation';

/** Browsers that are attached, as far as is known. */
const attachments = (o: Observation) => o.report?.report?.attachments ?? o.session.status?.attachments ?? 0;

/**
 * An ephemeral workspace would be lost, so its node waits until the session has ended. With a persistent one the session is suspended by
 * its eviction: whoever is attached has had a notice by then, for the time that the node has to wait.
 */
export function protection(o: Observation): { isWanted: boolean; leftMs: number } {
  const { spec, status } = o.session;
  const workspace = o.template?.spec.workspace.kind;
  const isServing = status?.endpoint !== undefined && !spec.suspend;
  if (!isServing || o.protection === null || workspace === undefined) return UNWANTED;
  if (workspace === 'Ephemeral') return WANTED;
  // Where nobody knows of cordoned nodes, nobody could end it.
  if (!o.protection.nodesAreKnown) return UNWANTED;
  if (!o.isOnCordonedNode) return WANTED;
  if (attachments(o) === 0) return UNWANTED;
  const notice = status.conditions?.find(({ type }) => type === 'NodeDraining');
  const since = notice === undefined ? o.now : Date.parse(notice.lastTransitionTime);
  const leftMs = since + o.protection.noticeMs - o.now;
  return leftMs > 0 ? { isWanted: true, leftMs } : UNWANTED;
}

const WANTED = { isWanted: true, leftMs: Infinity };
const UNWANTED = { isWanted: false, leftMs: Infinity };
