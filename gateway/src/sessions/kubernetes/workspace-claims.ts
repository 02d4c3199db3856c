/** The persistent workspaces of a namespace: whose they are, which are in use, and their end. With the rights of whoever runs it. */
import { ANNOTATIONS, LABELS, OPERATOR_NAME, workspaceClaimName } from '@claude-webui/kubernetes-api';
import type { PersistentVolumeClaim } from '@claude-webui/kubernetes-api/client';
import { CLAIM, CLAUDE_SESSION, POD, claimsOf } from '@claude-webui/kubernetes-api/client';
import { openCluster } from './cluster';

export interface WorkspaceClaim {
  name: string;
  /** `ownerLabel` of the owner. */
  ownerLabel: string;
  /** User id, as the claim says; null for one of an earlier release. */
  owner: string | null;
  ownerName: string | null;
  workspace: string | null;
  size: string;
  createdAt: string;
  /** A session that is not over works in it, or a pod mounts it. */
  isInUse: boolean;
}

export class WorkspaceClaims {
  private readonly cluster = openCluster();

  constructor(private readonly namespace: string) {}

  /** @throws ApiError */
  async list(): Promise<WorkspaceClaim[]> {
    const labelSelector = `${LABELS.managedBy}=${OPERATOR_NAME},${LABELS.owner}`;
    const { items } = await this.cluster.client.list(CLAIM, this.namespace, { labelSelector });
    // After the claims: whoever comes in between is seen.
    const used = await this.used();
    return items.map((claim) => described(claim, used));
  }

  /** Nothing happens if the claim is another by now, or is in use. Resolves with whether it is going, or gone. @throws ApiError */
  async remove(name: string): Promise<boolean> {
    const { client } = this.cluster;
    const claim = await client.get(CLAIM, this.namespace, name);
    if (claim === null) return true;
    if ((await this.used()).has(name)) return false;
    const { uid, resourceVersion } = claim.metadata;
    const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    await client.delete(CLAIM, this.namespace, name, { preconditions });
    return true;
  }

  close(): void {
    this.cluster.close();
  }

  /** Names of claims. */
  private async used(): Promise<ReadonlySet<string>> {
    const { client } = this.cluster;
    const sessions = await client.list(CLAUDE_SESSION, this.namespace);
    const pods = await client.list(POD, this.namespace);
    const ofSessions = sessions.items
      .filter(({ status }) => status?.phase !== 'Ended' && status?.phase !== 'Failed')
      .map(({ spec }) => workspaceClaimName(spec));
    return new Set([...ofSessions, ...pods.items.flatMap(claimsOf)]);
  }
}

function described({ metadata, spec }: PersistentVolumeClaim, used: ReadonlySet<string>): WorkspaceClaim {
  const { name } = metadata;
  const annotation = (of: string) => metadata.annotations?.[of] ?? null;
  return {
    name,
    ownerLabel: metadata.labels?.[LABELS.owner] ?? '',
    owner: annotation(ANNOTATIONS.owner),
    ownerName: annotation(ANNOTATIONS.ownerName),
    workspace: annotation(ANNOTATIONS.workspace),
    size: spec.resources.requests.storage,
    createdAt: metadata.creationTimestamp ?? '',
    isInUse: used.has(name),
  };
}
