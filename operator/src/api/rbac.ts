/** The rights of operator and gateway, in the one place that the manifests and the tests read. */

export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

const OURS = 'claude-webui.io';
const READ = ['get', 'list', 'watch'];

/** In the namespace of the sessions. No Secrets: pods name them, the kubelet reads them. */
export const OPERATOR_RULES: PolicyRule[] = [
  // `create` is the gateway's, `patch` is for the finalizer and an idle suspend, `delete` for the TTL.
  { apiGroups: [OURS], resources: ['claudesessions'], verbs: [...READ, 'patch', 'delete'] },
  { apiGroups: [OURS], resources: ['sessiontemplates'], verbs: READ },
  { apiGroups: [OURS], resources: ['claudesessions/status', 'sessiontemplates/status'], verbs: ['patch'] },
  // To be named as an owner with blockOwnerDeletion elsewhere, and on clusters that check it.
  { apiGroups: [OURS], resources: ['claudesessions/finalizers', 'sessiontemplates/finalizers'], verbs: ['update'] },
  { apiGroups: [''], resources: ['pods'], verbs: [...READ, 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['events'], verbs: [...READ, 'create', 'patch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: [...READ, 'create', 'patch'] },
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

/** In the namespace of the sessions. Sessions are made, followed and ended; all else is the operator's. */
export const GATEWAY_RULES: PolicyRule[] = [
  { apiGroups: [OURS], resources: ['claudesessions'], verbs: [...READ, 'create', 'patch', 'delete'] },
  { apiGroups: [OURS], resources: ['sessiontemplates'], verbs: ['get'] },
];
