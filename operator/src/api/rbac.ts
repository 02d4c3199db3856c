/** The rights of operator and gateway, in the one place that the manifests and the tests read. */

export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

const OURS = 'claude-webui.io';
const FOLLOW = ['list', 'watch'];

/** In the namespace of the sessions. No Secrets: pods name them, the kubelet reads them. */
export const OPERATOR_RULES: PolicyRule[] = [
  // `create` is the gateway's, `patch` is for an idle suspend, `delete` for the TTL.
  { apiGroups: [OURS], resources: ['claudesessions'], verbs: [...FOLLOW, 'patch', 'delete'] },
  { apiGroups: [OURS], resources: ['sessiontemplates'], verbs: FOLLOW },
  { apiGroups: [OURS], resources: ['claudesessions/status', 'sessiontemplates/status'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', ...FOLLOW, 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['events'], verbs: ['get', ...FOLLOW, 'create', 'patch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: [...FOLLOW, 'create', 'patch'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: [...FOLLOW, 'create', 'delete'] },
];

/** In the operator's own namespace. `create` cannot be bound to a name. */
export const OPERATOR_LEASE_RULES: PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'update'],
    resourceNames: ['claude-webui-operator'],
  },
];

/** In the whole cluster, if people are to be told that a node is about to be emptied. Nodes are in no namespace. */
export const OPERATOR_NODE_RULES: PolicyRule[] = [{ apiGroups: [''], resources: ['nodes'], verbs: FOLLOW }];

/** In the namespace of the sessions. Sessions are made, followed and ended; all else is the operator's. */
export const GATEWAY_RULES: PolicyRule[] = [
  { apiGroups: [OURS], resources: ['claudesessions'], verbs: [...FOLLOW, 'create', 'patch', 'delete'] },
];
