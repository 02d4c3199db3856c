/** What Helm renders of the chart: accepted by the API servers' schemas, confined, and closed to what must not get in. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadConfig } from '@claude-webui/gateway/config/config';
import { loadConfig as loadOperatorConfig } from '@claude-webui/operator/config/config';

import { breaches, podOf } from './restricted';
import { FOREIGN, LOCATION, writeCustomSchemas, writeKubernetesSchemas } from './schemas';
import type { KubernetesObject } from '@claude-webui/hack/generate/kustomize/render';
import { CHART, EXAMPLES, exampleFile, REGISTRY, rendered, run, template } from './tools';

/** All that can be switched on, so that no template is left out. */
const EVERYTHING = [
  ...['image.registry=registry.example.org', 'host=terminal.example.org', 'certManager.enabled=true'],
  ...['ingress.enabled=true', 'ingress.hstsSeconds=60', 'httpRoute.enabled=true', 'httpRoute.backendTLS.enabled=true'],
  ...['httpRoute.parentRefs[0].name=edge', 'httpRoute.parentRefs[0].sectionName=https'],
  ...['httpRoute.redirectFrom[0].name=edge', 'httpRoute.redirectFrom[0].sectionName=http'],
  ...['httpRoute.backendTLS.hostname=gateway', 'httpRoute.backendTLS.caConfigMap=ca', 'priorityClasses.create=true'],
  ...['gateway.autoscaling.enabled=true', 'gateway.autoscaling.targetConnections=100', 'policy.content=roles: {}'],
  ...['metrics.serviceMonitor.enabled=true', 'metrics.podMonitor.enabled=true', 'metrics.prometheusRule.enabled=true'],
  ...['metrics.dashboards.enabled=true', 'provider.apiKey=sk-ant-x', 'sessions.quota.pods=10'],
].flatMap((value) => ['--set', value]);

const VARIANTS: [string, string[]][] = [
  ['the defaults', REGISTRY],
  ...EXAMPLES.map((name): [string, string[]] => [`examples/${name}.yaml`, ['--values', exampleFile(name)]]),
  ['everything at once', EVERYTHING],
];

interface PodWithEnvironment {
  containers: { env?: { name: string; value?: string }[] }[];
}

/** Variables of a Deployment's only container; what comes from elsewhere is there with some value. */
function environment(deployment: KubernetesObject): Record<string, string> {
  const { containers } = podOf(deployment) as PodWithEnvironment;
  return Object.fromEntries(
    (containers[0]?.env ?? []).map(({ name, value }) => [name, value ?? SOME_VALUE[name] ?? 'x']),
  );
}

const SOME_VALUE: Record<string, string> = { REDIS_URL: 'redis://redis:6379' };

const set = (...values: string[]) => [...REGISTRY, ...values.flatMap((value) => ['--set', value])];
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** What an operator makes of its Deployment. */
const operatorConfig = (all: KubernetesObject[]) => {
  const { RUNNER_BIND_PUBLIC_KEY_FILE: _, ...variables } = environment(find(all, 'Deployment', 'terminal-operator'));
  return loadOperatorConfig({
    ...variables,
    RUNNER_BIND_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  });
};

const find = (all: KubernetesObject[], kind: string, name: string): KubernetesObject => {
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
    const skipped = crds.length > 0 ? [] : ['-skip', FOREIGN];
    const outcome = run('kubeconform', ['-summary', '-output', 'text', ...locations, ...skipped], template(...args));
    expect(outcome.stdout).toContain('Invalid: 0, Errors: 0');
  });
});

describe('the edge', () => {
  const all = rendered(...EVERYTHING);
  const PATHS = ['/auth', '/api', '/socket.io', '/health', '/'];

  test('has one Ingress, and only public paths have a way to the gateway', () => {
    expect(all.filter(({ kind }) => kind === 'Ingress')).toHaveLength(1);
    const { rules } = find(all, 'Ingress', 'terminal').spec as {
      rules: {
        http: {
          paths: { path: string; pathType: string; backend: { service: { name: string; port: { name: string } } } }[];
        };
      }[];
    };
    const paths = rules.flatMap(({ http }) => http.paths);
    expect(paths.map(({ path }) => path)).toEqual(PATHS);
    // No path may tie with the page's: see the template.
    expect(paths.filter(({ pathType }) => pathType !== 'Prefix')).toEqual([]);
    const targets = paths.map(({ backend: { service } }) => `${service.name}:${service.port.name}`);
    expect(targets).toEqual([...Array<string>(4).fill('terminal-gateway:http'), 'terminal-web:http']);
  });

  test('keeps silent WebSockets for an hour, takes uploads, limits each address, and holds who polls to one gateway', () => {
    const { annotations = {} } = find(all, 'Ingress', 'terminal').metadata;
    const ofNginx = Object.entries(annotations).flatMap(([name, value]) =>
      name.startsWith('nginx.ingress.kubernetes.io/') ? [[name.replace(/.*\//, ''), value]] : [],
    );
    expect(Object.fromEntries(ofNginx)).toEqual({
      'proxy-read-timeout': '3600',
      'proxy-send-timeout': '3600',
      'proxy-body-size': '100m',
      'proxy-buffering': 'off',
      'limit-rps': '50',
      'limit-connections': '200',
      affinity: 'cookie',
      'affinity-mode': 'persistent',
      'session-cookie-name': 'claude-webui-affinity',
      'session-cookie-path': '/socket.io/',
      'session-cookie-samesite': 'Strict',
      'session-cookie-secure': 'true',
      'ssl-redirect': 'true',
      'force-ssl-redirect': 'true',
      'custom-headers': 'claude-webui/terminal-edge-headers',
    });
  });

  test('sends plain HTTP to TLS by the Gateway API', () => {
    const { parentRefs, rules } = find(all, 'HTTPRoute', 'terminal-to-tls').spec as {
      parentRefs: object[];
      rules: { filters: object[]; backendRefs?: object[] }[];
    };
    expect(parentRefs).toEqual([{ name: 'edge', sectionName: 'http' }]);
    const requestRedirect = { scheme: 'https', statusCode: 301 };
    expect(rules).toEqual([{ filters: [{ type: 'RequestRedirect', requestRedirect }] }]);
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
  const refused = (...args: string[]) => run('helm', ['template', 'terminal', CHART, ...REGISTRY, ...args]).stderr;

  test.each([
    ['gatway.replicas=3', "additional properties 'gatway' not allowed"],
    ['gateway.resources.request.cpu=1', "additional properties 'request' not allowed"],
    ['gateway.replcias=3', "additional properties 'replcias' not allowed"],
    ['sessions.templates.default.imge=x', "additional properties 'imge' not allowed"],
    ['sessions.templates.default.workspace.kind=Disk', "at '/sessions/templates/default/workspace/kind'"],
    ['gateway.replicas=two', "at '/gateway/replicas'"],
    ['fullnameOverride=Upper_Case', "at '/fullnameOverride'"],
    ['fullnameOverride=ends-', "at '/fullnameOverride'"],
    ['sessions.detachGraceSeconds=2592001', "at '/sessions/detachGraceSeconds'"],
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
    [['httpRoute.enabled=true', 'host=a.example', 'httpRoute.parentRefs[0].name=edge'], 'all listeners of edge'],
    [['image.registry='], 'image.registry is empty'],
    [['sessions.namespace=default', 'sessions.createNamespace=false'], "sessions.namespace is the release's own"],
    [['networkPolicy.providerCIDRs[0]=10.0.0.0/8'], 'networkPolicy.providerCIDRs would close nothing'],
    [['oidc.passwordSignIn=false'], 'nobody could sign in'],
    [['oidc.issuer=https://id.example'], 'host is empty. The OpenID provider'],
    [['oidc.issuer=https://id.example', 'host=a.example'], 'oidc.clientId is empty'],
    [['oidc.issuer=https://id.example', 'host=a.example', 'oidc.clientId=a'], 'oidc.roleMap is empty'],
    [['redis.url=redis://mine:6379'], 'redis.bundled.enabled is true'],
    [
      ['redis.bundled.enabled=false', 'redis.url=redis://mine:6379', 'redis.existingSecret=mine'],
      'redis.url and redis.existingSecret are both set',
    ],
    [
      ['externalSecrets.enabled=true', 'externalSecrets.store.name=aws', 'provider.existingSecret=mine'],
      'externalSecrets.remoteKeys.anthropic is set, and so is a Secret of yours',
    ],
    [['commonLabels.app\\.kubernetes\\.io/name=mine'], 'commonLabels has app.kubernetes.io/name'],
    [['gateway.drain.delaySeconds=50'], 'a pod that stops may need 75'],
    [
      ['gateway.autoscaling.enabled=true', 'gateway.autoscaling.minReplicas=11'],
      'minReplicas is 11, above maxReplicas',
    ],
  ])('what does not go together is told: %j', (values, complaint) => {
    expect(refused(...values.flatMap((value) => ['--set', value]))).toContain(complaint);
  });
});

describe('who may read metrics', () => {
  const peers = (component: string, ...values: string[]) => {
    const all = rendered(...REGISTRY, ...values.flatMap((value) => ['--set', value]));
    const { ingress } = find(all, 'NetworkPolicy', `terminal-${component}`).spec as { ingress: { from?: object[] }[] };
    return ingress[0]?.from;
  };
  const scrapedSessions = (...values: string[]) => {
    const all = rendered(...REGISTRY, ...values.flatMap((value) => ['--set', value]));
    return environment(find(all, 'Deployment', 'terminal-operator'))['MONITORING_NAMESPACE'];
  };
  const ANYBODY = { namespaceSelector: {} };
  const MONITORING = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
  const EDGE = 'networkPolicy.ingressFrom[0].namespaceSelector.matchLabels.edge=yes';

  test('nobody, where nothing scrapes', () => {
    expect(peers('operator')).toBeUndefined();
    expect(peers('gateway', EDGE)).not.toContainEqual(ANYBODY);
    expect(scrapedSessions()).toBeUndefined();
  });

  test('any namespace, where a monitor asks for it and no namespace is named', () => {
    expect(peers('operator', 'metrics.serviceMonitor.enabled=true')).toEqual([ANYBODY]);
    expect(peers('gateway', EDGE, 'metrics.serviceMonitor.enabled=true')).toContainEqual(ANYBODY);
    expect(scrapedSessions('metrics.podMonitor.enabled=true')).toBe('*');
  });

  test('the one that is named', () => {
    const named = ['networkPolicy.monitoringNamespace=monitoring', 'metrics.serviceMonitor.enabled=true'];
    expect(peers('operator', ...named)).toEqual([MONITORING]);
    expect(peers('gateway', EDGE, ...named)).toContainEqual(MONITORING);
    expect(scrapedSessions(...named, 'metrics.podMonitor.enabled=true')).toBe('monitoring');
  });
});

describe('the environment of a gateway', () => {
  test('says whether workspaces are kept, as the template of its sessions has it', () => {
    const kept = (...args: string[]) =>
      environment(find(rendered(...REGISTRY, ...args), 'Deployment', 'terminal-gateway'))['WORKSPACE_PERSISTENCE'];
    const persistent = ['--set', 'sessions.templates.mine.workspace.kind=Persistent'];
    expect(kept()).toBeUndefined();
    expect(kept(...persistent)).toBeUndefined();
    expect(kept(...persistent, '--set', 'sessions.template=mine')).toBe('true');
  });

  const AWS = ['secrets.source=aws', 'secrets.aws.region=eu-central-1'].flatMap((value) => ['--set', value]);

  test.each<[string, string[]]>([...VARIANTS, ['secrets in AWS', [...REGISTRY, ...AWS]]])(
    'is one that it starts with: %s',
    (_title, args) => {
      const gateway = find(rendered(...args), 'Deployment', 'terminal-gateway');
      expect(() => loadConfig(environment(gateway))).not.toThrow();
    },
  );

  test('has the key that pods know from a file, also where secrets are in AWS', () => {
    const gateway = find(rendered(...REGISTRY, ...AWS), 'Deployment', 'terminal-gateway');
    const file = '/etc/claude-webui/secrets/runner-bind';
    expect(environment(gateway)['RUNNER_BIND_KEY_FILE']).toBe(file);
    const volume = podOf(gateway)?.volumes?.find(({ name }) => name === 'secrets');
    const items = [{ key: 'runner-bind', path: basename(file) }];
    expect(volume).toMatchObject({ projected: { sources: [{ secret: { name: 'terminal-runner-bind', items } }] } });
  });

  test('has what is given beside the chart in the place of what the chart sets', () => {
    const given = ['gateway.extraEnv.REDIS_URL=redis://mine:6379', 'gateway.extraEnv.LOG_LEVEL=debug'];
    const all = rendered(...REGISTRY, ...given.flatMap((value) => ['--set', value]));
    const { containers } = podOf(find(all, 'Deployment', 'terminal-gateway')) as PodWithEnvironment;
    const named = (containers[0]?.env ?? []).filter(({ name }) => ['REDIS_URL', 'LOG_LEVEL'].includes(name));
    expect(named).toEqual([
      { name: 'LOG_LEVEL', value: 'debug' },
      { name: 'REDIS_URL', value: 'redis://mine:6379' },
    ]);
  });
});

test('what is switched off is not there, and has no route', () => {
  const off = ['web.enabled=false', 'operator.enabled=false', 'hooks.enabled=false', 'tests.enabled=false'];
  const edge = ['host=a.example', 'ingress.enabled=true', 'networkPolicy.enabled=false'];
  const all = rendered(...REGISTRY, ...[...off, ...edge].flatMap((value) => ['--set', value]));
  const workloads = all.filter((manifest) => podOf(manifest) !== null).map(({ metadata }) => metadata.name);
  expect(workloads.sort()).toEqual(['terminal-gateway', 'terminal-redis']);
  expect(JSON.stringify(find(all, 'Ingress', 'terminal'))).not.toContain('terminal-web');
});

test.each(VARIANTS)('what runs before an installation needs nothing that comes with it: %s', (_title, args) => {
  const all = rendered(...args);
  const made = all.filter(({ kind }) => kind === 'PriorityClass').map(({ metadata }) => metadata.name);
  const early = all.filter(({ metadata }) => /pre-/.test(metadata.annotations?.['helm.sh/hook'] ?? ''));
  const pods = early.flatMap((manifest) => podOf(manifest) ?? []) as { priorityClassName?: string }[];
  expect(pods).not.toEqual([]);
  for (const { priorityClassName } of pods) expect(made).not.toContain(priorityClassName);
});

test('a new version of the chart restarts only what has changed', () => {
  const labels = (name: string) => {
    const { template: pod } = find(rendered(...REGISTRY), 'Deployment', name).spec as {
      template: { metadata: { labels: object } };
    };
    return Object.keys(pod.metadata.labels);
  };
  for (const name of ['terminal-gateway', 'terminal-operator', 'terminal-redis', 'terminal-web'])
    expect(labels(name).filter((label) => /version|chart/.test(label))).toEqual([]);
});

describe('rights', () => {
  const all = rendered(...REGISTRY);

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

  test('with operator.watchNodes the operator may read nodes, and nothing else of the whole cluster', () => {
    const watching = rendered(...REGISTRY, '--set', 'operator.watchNodes=true');
    const role = find(watching, 'ClusterRole', 'claude-webui-terminal-operator') as unknown as { rules: object[] };
    expect(role.rules).toEqual([{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }]);
    const { template: pod } = find(watching, 'Deployment', 'terminal-operator').spec as {
      template: { spec: { containers: { env: object[] }[] } };
    };
    expect(pod.spec.containers[0]?.env).toContainEqual({ name: 'WATCH_NODES', value: 'true' });
  });

  test('the operator refuses evictions of sessions as the values say, and may make what it takes', () => {
    const values = set('sessions.podDisruptionBudget.enabled=false', 'sessions.podDisruptionBudget.noticeSeconds=60');
    const { template: pod } = find(rendered(...values), 'Deployment', 'terminal-operator').spec as {
      template: { spec: { containers: { env: object[] }[] } };
    };
    expect(pod.spec.containers[0]?.env).toEqual(
      expect.arrayContaining([
        { name: 'PROTECT_SESSIONS', value: 'false' },
        { name: 'EVICTION_NOTICE_SECONDS', value: '60' },
      ]),
    );
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
  const { data = {} } = find(rendered(...REGISTRY), 'ConfigMap', 'terminal-prepare-crds');
  for (const file of ['claudesessions.yaml', 'sessiontemplates.yaml'])
    expect(data[file]?.trim()).toBe(readFileSync(join(CHART, 'crds', file), 'utf8').trim());
});

describe('numbers', () => {
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Limits;
  interface Limits {
    maximum?: number;
    properties?: Record<string, Limits>;
  }
  /** Path → the largest value that the schema admits. */
  const maxima = (limits: Limits, path: string): [string, number][] => [
    ...(limits.maximum === undefined ? [] : [[path, limits.maximum] as [string, number]]),
    ...Object.entries(limits.properties ?? {}).flatMap(([name, inner]) => maxima(inner, `${path}.${name}`)),
  ];
  const largest = ['gateway.rateLimit', 'gateway.drain', 'sessions', 'secrets']
    .flatMap((path) => {
      const at = path.split('.').reduce<Limits | undefined>((limits, name) => limits?.properties?.[name], schema);
      return maxima(at ?? {}, path);
    })
    .filter(([path, maximum]) => !path.includes('.templates') && maximum < Number.MAX_SAFE_INTEGER);

  test('gateway and operator start with the largest that the schema admits, given in a file of values', () => {
    expect(largest.length).toBeGreaterThan(10);
    const folder = mkdtempSync(join(tmpdir(), 'values-'));
    const file = join(folder, 'values.yaml');
    // From a file they are floating-point numbers, by --set they are not.
    const values: Record<string, unknown> = { gateway: { extraEnv: { AUDIT_MAX_BYTES: 50_000_000 } } };
    for (const [path, maximum] of [...largest, ['gateway.terminationGracePeriodSeconds', 8000] as const]) {
      const names = path.split('.');
      const last = names.pop() ?? '';
      let at = values;
      for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
      at[last] = maximum;
    }
    try {
      writeFileSync(file, JSON.stringify(values));
      const all = rendered(...REGISTRY, '--values', file);
      expect(() => loadConfig(environment(find(all, 'Deployment', 'terminal-gateway')))).not.toThrow();
      expect(environment(find(all, 'Deployment', 'terminal-gateway'))['AUDIT_MAX_BYTES']).toBe('50000000');
      expect(operatorConfig(all).suspendedTtlMs).toBe(31_536_000_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('labels, annotations and DNS of the organisation reach the operator', () => {
  const values = set('commonLabels.cost=42x', 'commonAnnotations.team=a', 'networkPolicy.dnsPorts={1053}');
  const { placement } = operatorConfig(
    rendered(...values, '--set', 'networkPolicy.dnsPeers[0].ipBlock.cidr=10.0.0.10/32'),
  );
  expect(placement).toMatchObject({ labels: { cost: '42x' }, annotations: { team: 'a' } });
  expect(placement.dns).toEqual({ peers: [{ ipBlock: { cidr: '10.0.0.10/32' } }], ports: [1053] });
  expect(operatorConfig(rendered(...REGISTRY)).placement.dns.peers).toHaveLength(3);
});

test('the gateway answers to its Service, to the name that people open and to others that are listed', () => {
  const all = rendered(...set('host=terminal.example.org', 'gateway.allowedHosts={box,box.lan}'));
  const gateway = find(all, 'Deployment', 'terminal-gateway');
  const { allowedHosts, publicOrigins } = loadConfig({ ...environment(gateway) }).http;
  expect(publicOrigins).toEqual(['https://terminal.example.org']);
  expect(allowedHosts).toEqual(expect.arrayContaining(['terminal-gateway', 'box', 'box.lan']));
  // Where the test of the release, in a pod, finds it.
  const pod = all.filter(({ kind }) => kind === 'Pod').map((one) => JSON.stringify(one));
  const [, asked = ''] = /http:\/\/([^:"]+):3001/.exec(pod.join()) ?? [];
  expect(allowedHosts).toContain(asked);
});

test('an API server on another port is reached by gateway, operator and hooks', () => {
  const all = rendered(...set('networkPolicy.apiServerPorts={8443}'));
  for (const name of ['gateway', 'operator', 'prepare', 'end-sessions']) {
    const { egress } = find(all, 'NetworkPolicy', `terminal-${name}`).spec as { egress: object[] };
    expect(egress).toContainEqual({ ports: [{ port: 8443, protocol: 'TCP' }] });
  }
});

describe('priorities', () => {
  type PriorityClass = KubernetesObject & { value: number; preemptionPolicy?: string };
  const classes = (...values: string[]) =>
    rendered(...set('priorityClasses.create=true', ...values)).filter(
      ({ kind }) => kind === 'PriorityClass',
    ) as PriorityClass[];
  const names = (all: KubernetesObject[]) => all.map(({ metadata }) => metadata.name);

  test('sessions and pods that wait preempt nobody, and those that wait are less than sessions', () => {
    const [, sessions, warm] = classes();
    expect([sessions?.preemptionPolicy, warm?.preemptionPolicy]).toEqual(['Never', 'Never']);
    expect(warm?.value).toBeLessThan(sessions?.value ?? 0);
    const { spec } = find(rendered(...set('priorityClasses.create=true')), 'SessionTemplate', 'default');
    expect(spec).toMatchObject({
      priorityClassName: sessions?.metadata.name,
      warmPool: { size: 1, priorityClassName: warm?.metadata.name },
    });
  });

  test('another value makes another class: that of a class cannot be changed', () => {
    expect(names(classes('priorityClasses.sessions=7'))).not.toContain(names(classes())[1]);
    expect(names(classes('priorityClasses.warmPods=-7'))[2]).toMatch(/^[-a-z0-9]+$/);
  });
});

test('Services, volumes and objects of one’s own are in the release', () => {
  const all = rendered(
    ...set(
      'gateway.service.annotations.a=b',
      'web.service.annotations.c=d',
      'gateway.extraVolumes[0].name=ca',
      'gateway.extraVolumeMounts[0].name=ca',
      'gateway.extraVolumeMounts[0].mountPath=/ca',
      'operator.extraVolumes[0].name=ca',
    ),
    '--set-json',
    `extraObjects=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-own"}}]`,
  );
  expect(find(all, 'Service', 'terminal-gateway').metadata.annotations).toEqual({ a: 'b' });
  expect(find(all, 'Service', 'terminal-web').metadata.annotations).toEqual({ c: 'd' });
  for (const part of ['gateway', 'operator'])
    expect(podOf(find(all, 'Deployment', `terminal-${part}`))?.volumes).toContainEqual({ name: 'ca' });
  expect(podOf(find(all, 'Deployment', 'terminal-gateway'))).toMatchObject({
    containers: [{ volumeMounts: expect.arrayContaining([{ name: 'ca', mountPath: '/ca' }]) as unknown }],
  });
  expect(find(all, 'ConfigMap', 'terminal-own')).toBeDefined();
});
