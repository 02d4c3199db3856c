/** Who may reach the sessions of a template, and whom they may reach. */
import type { KubernetesObject, SessionTemplate } from '@claude-webui/kubernetes-api';
import { GROUP_VERSION, LABELS, OPERATOR_NAME, SESSION_POD_NAME } from '@claude-webui/kubernetes-api';
import type { ResourceType, Store } from '@claude-webui/kubernetes-api/client';
import type { Placement } from './placement';
import { common } from './common';
import { ANY_NAMESPACE } from './placement';
import { ATTACH_PORT, STATUS_PORT } from './session-pod';

export interface NetworkPolicy extends KubernetesObject {
  spec: object;
}

export const NETWORK_POLICY: ResourceType<NetworkPolicy> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
};

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

const podsOf = (namespace: string, matchLabels: Record<string, string>) => ({
  namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } },
  podSelector: { matchLabels },
});
const tcp = (port: number) => ({ protocol: 'TCP', port });

const networkPolicyName = (template: SessionTemplate) => `session-${template.metadata.name}`;

export function networkPolicy(template: SessionTemplate, placement: Placement): NetworkPolicy {
  const { gateway, operator, monitoringNamespace, dns } = placement;
  const { name, uid = '' } = template.metadata;
  const scrapers: object[] = [podsOf(operator.namespace, operator.podLabels)];
  if (monitoringNamespace === ANY_NAMESPACE) scrapers.push({ namespaceSelector: {} });
  else if (monitoringNamespace !== null)
    scrapers.push({ namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: monitoringNamespace } } });
  return {
    metadata: {
      name: networkPolicyName(template),
      ...common(placement, { [LABELS.managedBy]: OPERATOR_NAME, [LABELS.template]: name }),
      ownerReferences: [
        { apiVersion: GROUP_VERSION, kind: 'SessionTemplate', name, uid, controller: true, blockOwnerDeletion: false },
      ],
    },
    spec: {
      podSelector: { matchLabels: { [LABELS.name]: SESSION_POD_NAME, [LABELS.template]: name } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [podsOf(gateway.namespace, gateway.podLabels)], ports: [tcp(ATTACH_PORT)] },
        { from: scrapers, ports: [tcp(STATUS_PORT)] },
      ],
      egress: [
        { to: dns.peers, ports: dns.ports.flatMap((port) => [{ protocol: 'UDP', port }, tcp(port)]) },
        {
          to: [podsOf(gateway.namespace, gateway.podLabels)],
          ports: [tcp(portOf(placement.gatewayInternalUrl))],
        },
        ...(template.spec.egress ?? []),
      ],
    },
  };
}

/** Whether the cluster has the template's policy as the template is now. */
export function isInForce(
  template: SessionTemplate,
  placement: Placement,
  policies: Pick<Store<NetworkPolicy>, 'get'>,
): boolean {
  const wanted = networkPolicy(template, placement);
  const actual = policies.get(wanted.metadata.name);
  return actual !== undefined && includes(actual.spec, wanted.spec) && includes(actual.metadata, wanted.metadata);
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Whether everything that is wanted is there, besides what the API server has added. */
function includes(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((item, index) => includes(actual[index], item))
    );
  if (typeof wanted !== 'object' || wanted === null) return actual === wanted;
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([name, value]) => includes((actual as Record<string, unknown>)[name], value));
}
