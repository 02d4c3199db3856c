/** What the chart's values may hold. values.schema.json is made from it; values.yaml has the defaults and the meanings. */
import { MAX_SCROLLBACK_LINES } from '@claude-webui/protocol';
import { sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import { z } from 'zod';

const text = z.string();
const truth = z.boolean();
const count = z.int().min(0);
/** Maxima here are the gateway’s and the operator’s: a chart test starts both with each. */
const DAY_SECONDS = 86_400;
const rate = z.int().min(1).max(1_000_000);
const port = z.int().min(1).max(65_535);
const level = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);
/** Kubernetes checks what is below: its API server knows better, and newer versions know more. */
const kubernetesObject = z.record(z.string(), z.unknown());
const kubernetesList = z.array(kubernetesObject);
const amounts = z.record(z.string(), z.union([z.string(), z.number()]));
const labels = z.record(z.string(), z.string());
const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape);

const resources = section({ requests: amounts.optional(), limits: amounts.optional() });
const image = section({ repository: text.min(1), tag: text });
const podDisruptionBudget = section({
  enabled: truth,
  maxUnavailable: z.union([count, text.regex(/^\d+%$/)]),
});
/** By name: a variable is a string, but people write numbers and truth values too. */
const variables = z.record(text.regex(/^[A-Za-z_]\w*$/), z.union([text, z.number(), truth]));

const placement = {
  priorityClassName: text,
  nodeSelector: labels,
  tolerations: kubernetesList,
  affinity: kubernetesObject,
  topologySpreadConstraints: kubernetesList,
  podAnnotations: labels,
};
const deployment = {
  replicas: count,
  image,
  resources,
  podDisruptionBudget,
  ...placement,
};

const service = section({ annotations: labels });
const extraVolumes = { extraVolumes: kubernetesList, extraVolumeMounts: kubernetesList };

const gateway = section({
  ...deployment,
  logLevel: level,
  trustedProxies: z.int().min(0).max(10),
  allowedHosts: z.array(z.string().regex(/^[a-zA-Z0-9_.-]+$/)),
  rateLimit: section({
    requests: rate,
    requestsPerAddress: rate,
    handshakesPerMinutePerAddress: rate,
    windowSeconds: z.int().min(1).max(DAY_SECONDS),
  }),
  drain: section({ delaySeconds: count.max(3600), spreadSeconds: count.max(3600) }),
  terminationGracePeriodSeconds: count,
  extraEnv: variables,
  autoscaling: section({
    enabled: truth,
    minReplicas: z.int().min(1),
    maxReplicas: z.int().min(1),
    targetCPUUtilizationPercentage: count,
    targetConnections: count,
    connectionsMetric: text,
  }),
  service,
  ...extraVolumes,
  serviceAccount: section({ annotations: labels }),
  extraEgress: kubernetesList,
});

const redis = section({
  bundled: section({
    enabled: truth,
    image: text.min(1),
    runAsUser: z.int().min(1),
    maxmemory: text.regex(/^\d+(kb|mb|gb)?$/),
    resources,
    ...placement,
  }),
  url: text.regex(/^$|^rediss?(\+sentinel|\+cluster)?:\/\//),
  existingSecret: text,
  ports: z.array(port),
});

const sessions = section({
  namespace: text,
  createNamespace: truth,
  max: z.int().min(1).max(10_000),
  maxPerUser: z.int().min(1).max(1000),
  maxSuspendedPerUser: count.max(1000),
  suspendedTtlSeconds: count.max(31_536_000),
  podDisruptionBudget: section({ enabled: truth, noticeSeconds: count.max(DAY_SECONDS) }),
  idleTimeoutMinutes: count.max(60 * 24 * 30),
  idleWarningSeconds: count.max(3600),
  detachGraceSeconds: count.max(DAY_SECONDS * 30),
  ofDisabledUsers: z.enum(['end', 'suspend', 'keep']),
  detachMaxWorkSeconds: count.max(DAY_SECONDS * 30),
  scrollbackLines: count.max(MAX_SCROLLBACK_LINES),
  template: text.min(1),
  templates: z.record(text.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/), sessionTemplateSpecSchema),
  image,
  quota: kubernetesObject,
});

const secrets = section({
  source: z.enum(['kubernetes', 'aws']),
  jwt: section({ existingSecret: text }),
  users: section({ existingSecret: text }),
  runnerBind: section({ existingSecret: text }),
  aws: section({ region: text, prefix: text, endpoint: text }),
  pollSeconds: z.int().min(1).max(3600),
});

const externalSecrets = section({
  enabled: truth,
  store: section({ name: text, kind: z.enum(['SecretStore', 'ClusterSecretStore']), create: truth, region: text }),
  refreshInterval: text,
  remoteKeys: section({ jwt: text, users: text, anthropic: text }),
});

const ingress = section({
  enabled: truth,
  className: text,
  annotations: labels,
  tls: section({ enabled: truth, secretName: text }),
  bodySize: text.regex(/^\d+[kmg]?$/),
  timeoutSeconds: z.int().min(1),
  requestsPerSecond: z.int().min(1),
  connections: z.int().min(1),
  hstsSeconds: count,
});

const httpRoute = section({
  enabled: truth,
  parentRefs: kubernetesList,
  redirectFrom: kubernetesList,
  requestTimeout: text,
  hstsSeconds: count,
  backendTLS: section({ enabled: truth, hostname: text, caConfigMap: text }),
});

const monitor = section({ enabled: truth, labels, interval: text });

export const chartValues = section({
  /** What names of all objects begin with. */
  fullnameOverride: text.regex(/^$|^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/),
  host: text.regex(/^$|^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
  commonLabels: labels,
  commonAnnotations: labels,
  extraObjects: kubernetesList,
  image: section({
    registry: text,
    tag: text,
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
    pullSecrets: z.array(text),
  }),
  gateway,
  operator: section({
    enabled: truth,
    ...deployment,
    logLevel: level,
    watchNodes: truth,
    extraEnv: variables,
    ...extraVolumes,
  }),
  web: section({ enabled: truth, service, ...deployment }),
  redis,
  sessions,
  provider: section({ baseUrl: text.regex(/^https?:\/\//), apiKey: text, existingSecret: text }),
  secrets,
  externalSecrets,
  oidc: section({
    issuer: text,
    name: text,
    clientId: text,
    existingSecret: text,
    scopes: text,
    roleMap: text,
    passwordSignIn: truth,
  }),
  policy: section({ content: text }),
  ingress,
  httpRoute,
  certManager: section({ enabled: truth, issuerRef: section({ name: text, kind: text, group: text.optional() }) }),
  networkPolicy: section({
    enabled: truth,
    ingressFrom: kubernetesList,
    monitoringNamespace: text,
    apiServerCIDRs: z.array(text),
    apiServerPorts: z.array(port).min(1),
    dnsPorts: z.array(port).min(1),
    dnsPeers: kubernetesList,
    providerCIDRs: z.array(text),
  }),
  metrics: section({
    serviceMonitor: monitor,
    podMonitor: monitor,
    prometheusRule: section({ enabled: truth, labels }),
    dashboards: section({ enabled: truth, labels, annotations: labels }),
  }),
  priorityClasses: section({ create: truth, system: z.int(), sessions: z.int(), warmPods: z.int() }),
  hooks: section({ enabled: truth, timeoutSeconds: z.int().min(1) }),
  tests: section({ enabled: truth, existingSecret: text }),
  /** Helm's own, where this chart is part of another. */
  global: kubernetesObject.optional(),
});
