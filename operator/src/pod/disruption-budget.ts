/** Refuses evictions of one session's pod, for as long as the object is there. Of a pod that is not ready it refuses none. */
import type { ClaudeSession, KubernetesObject } from '@claude-webui/kubernetes-api';
import { LABELS, OPERATOR_NAME } from '@claude-webui/kubernetes-api';
import type { ResourceType } from '@claude-webui/kubernetes-api/client';
import { common } from './common';
import type { Placement } from './placement';
import { controllerReference } from './session-pod';

export interface DisruptionBudget extends KubernetesObject {
  spec: object;
}

export const DISRUPTION_BUDGET: ResourceType<DisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
};

export const disruptionBudgetName = ({ metadata }: ClaudeSession) => `cs-${metadata.name}`;

/** @param placement of the installation's labels */
export function disruptionBudget(session: ClaudeSession, placement: Placement): DisruptionBudget {
  const { name } = session.metadata;
  return {
    metadata: {
      name: disruptionBudgetName(session),
      ...common(placement, { [LABELS.managedBy]: OPERATOR_NAME, [LABELS.session]: name }),
      ownerReferences: [controllerReference('ClaudeSession', session.metadata)],
    },
    spec: {
      minAvailable: 1,
      // A session that does not answer holds up no node.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { [LABELS.session]: name } },
    },
  };
}
