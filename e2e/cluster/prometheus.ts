/**
 * The Prometheus operator in the cluster, with a Prometheus that takes every monitor and rule of the release's namespace. hack/e2e loads
 * its images into the node if this machine has them; otherwise the node pulls them.
 */
import { apply, applyDefinitions, kubectl, NAMESPACE } from '@claude-webui/testing/cluster/kubernetes';

export const MONITORING = 'monitoring';

const OPERATOR_VERSION = 'v0.85.0';
const DEFINITIONS =
  process.env['PROMETHEUS_OPERATOR_CRDS'] ??
  `https://github.com/prometheus-operator/prometheus-operator/releases/download/${OPERATOR_VERSION}/stripped-down-crds.yaml`;
const OPERATOR_IMAGE = `quay.io/prometheus-operator/prometheus-operator:${OPERATOR_VERSION}`;
const RELOADER_IMAGE = `quay.io/prometheus-operator/prometheus-config-reloader:${OPERATOR_VERSION}`;
const PROMETHEUS_VERSION = 'v3.9.1';
const PROMETHEUS_IMAGE = `quay.io/prometheus/prometheus:${PROMETHEUS_VERSION}`;

const NON_ROOT = { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534 };

export interface Target {
  health: string;
  lastError: string;
  labels: { job: string; pod?: string; namespace?: string };
}

export async function startPrometheus(): Promise<void> {
  await applyDefinitions(DEFINITIONS);
  await apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: MONITORING } }]);
  await apply([
    ...account('prometheus-operator', OPERATOR_RULES),
    ...account('prometheus', SCRAPER_RULES),
    OPERATOR,
    PROMETHEUS,
  ]);
  await kubectl('--namespace', MONITORING, 'rollout', 'status', 'deployment/prometheus-operator', '--timeout', '180s');
}

export async function removePrometheus(): Promise<void> {
  await kubectl('delete', 'namespace', MONITORING, '--wait=false', '--ignore-not-found');
  for (const name of ['prometheus-operator', 'prometheus'])
    await kubectl('delete', 'clusterrole,clusterrolebinding', name, '--ignore-not-found');
}

/** A GET of Prometheus' HTTP API, by way of the API server. @throws when it is not there, or refuses */
export async function ask<T>(path: string): Promise<T> {
  const service = `/api/v1/namespaces/${MONITORING}/services/prometheus-operated:web/proxy`;
  const answer = JSON.parse(await kubectl('get', '--raw', `${service}/api/v1/${path}`)) as { data: T };
  return answer.data;
}

export const targets = async () => (await ask<{ activeTargets: Target[] }>('targets?state=active')).activeTargets;

/** The expression's value now; null when it has none. */
export async function valueOf(expression: string): Promise<number | null> {
  const { result } = await ask<{ result: { value: [number, string] }[] }>(
    `query?query=${encodeURIComponent(expression)}`,
  );
  const [first] = result;
  return first === undefined ? null : Number(first.value[1]);
}

const verbs = (...names: string[]) => names;
const READ = verbs('get', 'list', 'watch');
const ALL = ['*'];

const OPERATOR_RULES = [
  { apiGroups: ['monitoring.coreos.com'], resources: ALL, verbs: ALL },
  { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ALL },
  { apiGroups: [''], resources: ['configmaps', 'secrets', 'services', 'services/finalizers', 'endpoints'], verbs: ALL },
  { apiGroups: [''], resources: ['pods'], verbs: verbs('list', 'delete') },
  { apiGroups: [''], resources: ['nodes', 'namespaces'], verbs: READ },
  { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: verbs('create', 'patch') },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ALL },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: READ },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: verbs('get') },
];
const SCRAPER_RULES = [
  { apiGroups: [''], resources: ['pods', 'services', 'endpoints'], verbs: READ },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
];

function account(name: string, rules: object[]): object[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: MONITORING } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: MONITORING }],
    },
  ];
}

const OPERATOR = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'prometheus-operator', namespace: MONITORING },
  spec: {
    selector: { matchLabels: { app: 'prometheus-operator' } },
    template: {
      metadata: { labels: { app: 'prometheus-operator' } },
      spec: {
        serviceAccountName: 'prometheus-operator',
        securityContext: { ...NON_ROOT },
        containers: [
          {
            name: 'operator',
            image: OPERATOR_IMAGE,
            imagePullPolicy: 'IfNotPresent',
            args: [`--prometheus-config-reloader=${RELOADER_IMAGE}`],
          },
        ],
      },
    },
  },
};

const everywhere = (kind: string) => ({
  [`${kind}Selector`]: {},
  [`${kind}NamespaceSelector`]: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
});

const PROMETHEUS = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'Prometheus',
  metadata: { name: 'prometheus', namespace: MONITORING },
  spec: {
    image: PROMETHEUS_IMAGE,
    version: PROMETHEUS_VERSION,
    imagePullPolicy: 'IfNotPresent',
    serviceAccountName: 'prometheus',
    serviceDiscoveryRole: 'EndpointSlice',
    securityContext: NON_ROOT,
    evaluationInterval: '5s',
    ...everywhere('serviceMonitor'),
    ...everywhere('podMonitor'),
    ...everywhere('rule'),
  },
};
