/** The persistent workspaces of a namespace: whose they are, which are in use, and their end. With the rights of whoever runs it. */
import type { ClaudeSession } from '@claude-webui/protocol/kubernetes';
import {
  ANNOTATIONS,
  API_GROUP,
  API_VERSION,
  LABELS,
  OPERATOR_NAME,
  workspaceClaimName,
} from '@claude-webui/protocol/kubernetes';
import { CoreV1Api, CustomObjectsApi, V1DeleteOptions, V1Preconditions } from '@kubernetes/client-node';
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { clusterConfig, refused } from './cluster';

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
  private readonly config = clusterConfig();
  private readonly core = this.config.makeApiClient(CoreV1Api);
  private readonly objects = this.config.makeApiClient(CustomObjectsApi);

  constructor(private readonly namespace: string) {}

  /** @throws ClusterError */
  async list(): Promise<WorkspaceClaim[]> {
    const { namespace } = this;
    const labelSelector = `${LABELS.managedBy}=${OPERATOR_NAME},${LABELS.owner}`;
    const { items } = await refused(this.core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector }));
    // After the claims: whoever comes in between is seen.
    const used = await this.used();
    return items.map((claim) => described(claim, used));
  }

  /** Nothing happens if the claim is another by now, or is in use. Resolves with whether it is going. @throws ClusterError */
  async remove(name: string): Promise<boolean> {
    const { namespace } = this;
    const claim = await refused(this.core.readNamespacedPersistentVolumeClaim({ namespace, name }));
    if ((await this.used()).has(name)) return false;
    const body = new V1DeleteOptions();
    body.preconditions = Object.assign(new V1Preconditions(), {
      uid: claim.metadata?.uid,
      resourceVersion: claim.metadata?.resourceVersion,
    });
    await refused(this.core.deleteNamespacedPersistentVolumeClaim({ namespace, name, body }));
    return true;
  }

  /** Names of claims. */
  private async used(): Promise<ReadonlySet<string>> {
    const { namespace } = this;
    const place = { group: API_GROUP, version: API_VERSION, namespace, plural: 'claudesessions' };
    const sessions = (await refused(this.objects.listNamespacedCustomObject(place))) as { items: ClaudeSession[] };
    const pods = await refused(this.core.listNamespacedPod({ namespace }));
    const ofSessions = sessions.items
      .filter(({ status }) => status?.phase !== 'Ended' && status?.phase !== 'Failed')
      .map(({ spec }) => workspaceClaimName(spec));
    const ofPods = pods.items
      .flatMap(({ spec }) => spec?.volumes ?? [])
      .flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
    return new Set([...ofSessions, ...ofPods]);
  }
}

function described({ metadata, spec }: V1PersistentVolumeClaim, used: ReadonlySet<string>): WorkspaceClaim {
  const name = metadata?.name ?? '';
  const annotation = (of: string) => metadata?.annotations?.[of] ?? null;
  return {
    name,
    ownerLabel: metadata?.labels?.[LABELS.owner] ?? '',
    owner: annotation(ANNOTATIONS.owner),
    ownerName: annotation(ANNOTATIONS.ownerName),
    workspace: annotation(ANNOTATIONS.workspace),
    size: spec?.resources?.requests?.['storage'] ?? '',
    createdAt: metadata?.creationTimestamp?.toISOString() ?? '',
    isInUse: used.has(name),
  };
}
