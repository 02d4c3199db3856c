/** What the chart's values may hold. values.schema.json is made from it; values.yaml has the defaults and the meanings. */
import { MAX_SCROLLBACK_LINES } from '@claude-webui/protocol';
import { sessionTemplateSpecSchema } from '@claude-webui/protocol/kubernetes';
import { z } from 'zod';

const text = z.string();
const truth = z.boolean();
const count = z.int().min(0);
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

const gateway = section({
  ...deployment,
  logLevel: level,
  trustedProxies: z.int().min(0).max(10),
  rateLimit: section({
    requests: z.int().min(1),
    requestsPerAddress: z.int().min(1),
    handshakesPerMinutePerAddress: z.int().min(1),
    windowSeconds: z.int().min(1),
  }),
  drain: section({ delaySeconds: count, spreadSeconds: count }),
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
  max: z.int().min(1),
  maxPerUser: z.int().min(1),
  idleTimeoutMinutes: count,
  idleWarningSeconds: count,
  detachGraceSeconds: count,
  ofDisabledUsers: z.enum(['end', 'suspend', 'keep']),
  detachMaxWorkSeconds: count,
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
  fullnameOverride: text.max(40),
  host: text.regex(/^$|^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
  commonLabels: labels,
  image: section({
    registry: text,
    tag: text,
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
    pullSecrets: z.array(text),
  }),
  gateway,
  operator: section({ enabled: truth, ...deployment, logLevel: level, extraEnv: variables }),
  web: section({ enabled: truth, ...deployment }),
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
    providerCIDRs: z.array(text),
  }),
  metrics: section({
    serviceMonitor: monitor,
    podMonitor: monitor,
    prometheusRule: section({ enabled: truth, labels }),
    dashboards: section({ enabled: truth, labels, annotations: labels }),
  }),
  priorityClasses: section({ create: truth, system: z.int(), sessions: z.int() }),
  hooks: section({ enabled: truth, timeoutSeconds: z.int().min(1) }),
  tests: section({ enabled: truth, existingSecret: text }),
  /** Helm's own, where this chart is part of another. */
  global: kubernetesObject.optional(),
});
