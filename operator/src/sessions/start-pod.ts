/** Gets a session its pod: one of the warm pool, or a new one under a name that can exist once. */
import type { ClaudeSession, SessionTemplate } from '@claude-webui/kubernetes-api';
import { workspaceClaimName } from '@claude-webui/kubernetes-api';
import type { ApiClient, Pod, Store } from '@claude-webui/kubernetes-api/client';
import { CLAIM, POD, isConflict } from '@claude-webui/kubernetes-api/client';
import type { Placement } from '../pod/placement';
import { sessionPod } from '../pod/session-pod';
import { workspaceClaim } from '../pod/workspace-claim';
import type { WarmPool } from '../warm-pool/warm-pool';

export interface StartPodParts {
  client: ApiClient;
  pods: Store<Pod>;
  warmPool: WarmPool;
  placement: Placement;
}

export async function startPod(
  parts: StartPodParts,
  session: ClaudeSession,
  template: SessionTemplate,
  start: number,
): Promise<void> {
  if (template.spec.workspace.kind === 'Persistent') await ensureClaim(parts, session, template);
  else if ((await parts.warmPool.claim(session, template, start)) !== null) return;
  await createPod(parts, session, template, start);
}

async function createPod(
  { client, pods, placement }: StartPodParts,
  session: ClaudeSession,
  template: SessionTemplate,
  start: number,
): Promise<void> {
  const { namespace } = placement;
  const pod = sessionPod(session, template, start, placement);
  try {
    pods.observe(await client.create(POD, namespace, pod));
  } catch (error) {
    if (!isConflict(error)) throw error;
    // Made before, by us or by a leader before us; or somebody else's, which then stands in the way.
    const existing = await client.get(POD, namespace, pod.metadata.name);
    if (existing?.metadata.ownerReferences?.some(({ uid }) => uid === session.metadata.uid) !== true) throw error;
    pods.observe(existing);
  }
}

async function ensureClaim(
  { client, placement }: StartPodParts,
  session: ClaudeSession,
  template: SessionTemplate,
): Promise<void> {
  const { namespace } = placement;
  if ((await client.get(CLAIM, namespace, workspaceClaimName(session.spec))) !== null) return;
  try {
    await client.create(CLAIM, namespace, workspaceClaim(session, template, placement));
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}
