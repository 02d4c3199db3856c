/** What Helm renders of the chart: accepted by the API servers' schemas, confined, and closed to what must not get in. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { breaches, podOf } from './restricted';
import { LOCATION, writeCustomSchemas, writeKubernetesSchemas } from './schemas';
import type { Manifest } from './tools';
import { CHART, EXAMPLES, exampleFile, rendered, run, template } from './tools';

/** All that can be switched on, so that no template is left out. */
const EVERYTHING = [
  ...['host=terminal.example.org', 'ingress.enabled=true', 'ingress.hstsSeconds=60', 'certManager.enabled=true'],
  ...['httpRoute.enabled=true', 'httpRoute.parentRefs[0].name=edge', 'httpRoute.backendTLS.enabled=true'],
  ...['httpRoute.backendTLS.hostname=gateway', 'httpRoute.backendTLS.caConfigMap=ca', 'priorityClasses.create=true'],
  ...['gateway.autoscaling.enabled=true', 'gateway.autoscaling.targetConnections=100', 'policy.content=roles: {}'],
  ...['metrics.serviceMonitor.enabled=true', 'metrics.podMonitor.enabled=true', 'metrics.prometheusRule.enabled=true'],
  ...['metrics.dashboards.enabled=true', 'provider.apiKey=sk-ant-x', 'sessions.quota.pods=10'],
].flatMap((value) => ['--set', value]);

const VARIANTS: [string, string[]][] = [
  ['the defaults', []],
  ...EXAMPLES.map((name): [string, string[]] => [`examples/${name}.yaml`, ['--values', exampleFile(name)]]),
  ['everything at once', EVERYTHING],
];

const find = (all: Manifest[], kind: string, name: string): Manifest => {
  const found = all.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};

describe.each(VARIANTS)('%s', (_title, args) => {
  test('passes helm lint', () => {
    const { status, stdout } = run('helm', ['lint', '--strict', CHART, ...args]);
    expect({ status, stdout }).toMatchObject({ status: 0 });
  });

  test('has only pods that Pod Security calls restricted', () => {
    const bad = rendered(...args).flatMap((manifest) => {
      const pod = podOf(manifest);
      return pod === null ? [] : breaches(pod).map((what) => `${manifest.kind} ${manifest.metadata.name}: ${what}`);
    });
    expect(bad).toEqual([]);
  });

  test('has for every pod a NetworkPolicy that chooses it', () => {
    const all = rendered(...args);
    const chosen = all
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ spec }) => (spec as { podSelector: { matchLabels?: Record<string, string> } }).podSelector.matchLabels)
      .map((labels) => labels?.['app.kubernetes.io/component']);
    const components = all
      .filter((manifest) => podOf(manifest) !== null)
      .map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component']);
    expect(components.length).toBeGreaterThan(3);
    for (const component of components) expect(chosen).toContain(component);
  });
});

describe('kubeconform', () => {
  const openApi = process.env['KUBERNETES_OPENAPI'];
  const crds = (process.env['CRD_FOLDERS'] ?? '').split(':').filter(Boolean);
  let schemas: string;

  beforeAll(() => {
    schemas = mkdtempSync(join(tmpdir(), 'schemas-'));
    writeCustomSchemas([join(CHART, 'crds'), ...crds], schemas);
    if (openApi !== undefined) writeKubernetesSchemas(openApi, schemas);
  });
  afterAll(() => rmSync(schemas, { recursive: true, force: true }));

  test.each(VARIANTS)('accepts %s', (_title, args) => {
    const locations = ['-schema-location', join(schemas, LOCATION)];
    // Without Kubernetes' own document here, kubeconform fetches its schemas.
    if (openApi === undefined) locations.push('-schema-location', 'default');
    // cert-manager's definitions are nowhere to be had but in its chart.
    const skipped = ['-skip', ['Certificate', ...(crds.length > 0 ? [] : FOREIGN)].join(',')];
    const outcome = run('kubeconform', ['-summary', '-output', 'text', ...locations, ...skipped], template(...args));
    expect(outcome.stdout).toContain('Invalid: 0, Errors: 0');
  });
});

const FOREIGN = 'ServiceMonitor,PodMonitor,PrometheusRule,ExternalSecret,SecretStore,HTTPRoute,BackendTLSPolicy'.split(
  ',',
);

describe('the edge', () => {
  const all = rendered(...EVERYTHING);
  const PATHS = ['/auth', '/api', '/socket.io', '/'];

  test('has one Ingress, and only public paths have a way to the gateway', () => {
    expect(all.filter(({ kind }) => kind === 'Ingress')).toHaveLength(1);
    const { rules } = find(all, 'Ingress', 'terminal').spec as {
      rules: { http: { paths: { path: string; backend: { service: { name: string; port: { name: string } } } }[] } }[];
    };
    const paths = rules.flatMap(({ http }) => http.paths);
    expect(paths.map(({ path }) => path)).toEqual(PATHS);
    const targets = paths.map(({ backend: { service } }) => `${service.name}:${service.port.name}`);
    expect(targets).toEqual([...Array<string>(3).fill('terminal-gateway:http'), 'terminal-web:http']);
  });

  test('keeps silent WebSockets for an hour, and takes uploads', () => {
    const { annotations = {} } = find(all, 'Ingress', 'terminal').metadata;
    expect(annotations).toMatchObject({
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
      'nginx.ingress.kubernetes.io/proxy-send-timeout': '3600',
      'nginx.ingress.kubernetes.io/affinity': 'cookie',
      'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true',
      'nginx.ingress.kubernetes.io/proxy-body-size': '100m',
    });
  });

  test('has the same routes by the Gateway API', () => {
    const { rules } = find(all, 'HTTPRoute', 'terminal').spec as {
      rules: { matches: { path: { value: string } }[]; backendRefs: { port: number }[] }[];
    };
    expect(rules.flatMap(({ matches }) => matches.map(({ path }) => path.value))).toEqual(PATHS);
    expect(rules.flatMap(({ backendRefs }) => backendRefs.map(({ port }) => port))).toEqual([3001, 3000]);
  });
});

describe('values', () => {
  const refused = (...args: string[]) => run('helm', ['template', 'terminal', CHART, ...args]).stderr;

  test.each([
    ['gatway.replicas=3', "additional properties 'gatway' not allowed"],
    ['gateway.replcias=3', "additional properties 'replcias' not allowed"],
    ['sessions.templates.default.imge=x', "additional properties 'imge' not allowed"],
    ['sessions.templates.default.workspace.kind=Disk', "at '/sessions/templates/default/workspace/kind'"],
    ['gateway.replicas=two', "at '/gateway/replicas'"],
  ])('a mistake is told with its place: %s', (value, complaint) => {
    expect(refused('--set', value)).toContain(complaint);
  });

  test.each([
    [['ingress.enabled=true'], 'host is empty'],
    [['redis.bundled.enabled=false'], 'There is no Redis'],
    [['sessions.template=big'], 'sessions.template is "big", but sessions.templates has only: default'],
    [['externalSecrets.enabled=true'], 'externalSecrets.store.name is empty'],
    [['secrets.source=aws'], 'secrets.aws.region is empty'],
    [['sessions.namespace=default'], "sessions.namespace is the release's own"],
    [['httpRoute.enabled=true', 'host=a.example'], 'httpRoute.parentRefs is empty'],
  ])('what does not go together is told: %j', (values, complaint) => {
    expect(refused(...values.flatMap((value) => ['--set', value]))).toContain(complaint);
  });
});

describe('rights', () => {
  const all = rendered();

  test('only the operator may make pods, and the gateway reads no Secret', () => {
    const rules = (name: string) =>
      (find(all, 'Role', name) as unknown as { rules: { resources: string[]; verbs: string[] }[] }).rules;
    expect(rules('terminal-operator').some(({ resources }) => resources.includes('pods'))).toBe(true);
    for (const { resources } of rules('terminal-gateway'))
      expect(resources.every((resource) => ['claudesessions', 'sessiontemplates'].includes(resource))).toBe(true);
  });

  test('nothing of the release may anything in the whole cluster, but the hook that upgrades two definitions', () => {
    const roles = all.filter(({ kind }) => kind === 'ClusterRole');
    expect(roles.map(({ metadata }) => metadata.name)).toEqual(['claude-webui-terminal-prepare']);
    expect((roles[0] as unknown as { rules: object[] }).rules).toEqual([
      {
        apiGroups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions'],
        resourceNames: ['claudesessions.claude-webui.io', 'sessiontemplates.claude-webui.io'],
        verbs: ['get', 'patch'],
      },
    ]);
  });

  test("the sessions' namespace is restricted and closed", () => {
    expect(find(all, 'Namespace', 'terminal-sessions').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const deny = all.filter(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'terminal-default-deny',
    );
    expect(deny.map(({ metadata }) => metadata.namespace)).toEqual(['terminal-sessions', 'claude-webui']);
    expect(deny[0]?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });
});

test('an upgrade applies the very definitions that an installation has', () => {
  const { data = {} } = find(rendered(), 'ConfigMap', 'terminal-prepare-crds');
  for (const file of ['claudesessions.yaml', 'sessiontemplates.yaml'])
    expect(data[file]?.trim()).toBe(readFileSync(join(CHART, 'crds', file), 'utf8').trim());
});
