import type { RunnerEvent, SessionEnd, SessionPolicy } from '@claude-webui/protocol';
import type { Probe } from '../claude/self-test';
import { selfTest } from '../claude/self-test';

/**
 * Finds out whether Claude Code obeys a policy, unless that is known of this one, and tells gateways. Resolves with why the
 * session must not be ready; null when it may, and when the signal has aborted.
 */
export async function provePolicy(
  policy: SessionPolicy,
  probe: Probe | null,
  gateways: { tell(event: RunnerEvent): void },
  signal: AbortSignal,
): Promise<SessionEnd | null> {
  if (probe === null || policy.provenFor.includes(probe.cli)) return null;
  const problem = await selfTest(probe, signal);
  if (problem === null && !signal.aborted) gateways.tell({ type: 'policy-proven', hash: policy.hash, cli: probe.cli });
  return problem;
}
