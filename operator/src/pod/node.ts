/** Nodes, as far as they concern sessions: those that take no more pods, since they are to be emptied. */
import type { KubernetesObject } from '@claude-webui/kubernetes-api';
import type { ResourceType } from '@claude-webui/kubernetes-api/client';

export const NODE: ResourceType<KubernetesObject> = { group: '', version: 'v1', kind: 'Node', plural: 'nodes' };

/** `kubectl drain` and upgrades of nodes begin with it. Only those nodes are read: of the others, nothing. */
export const CORDONED = { fieldSelector: 'spec.unschedulable=true' };
