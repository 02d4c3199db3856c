/** k8s/: a kustomize base and overlays, rendered from the chart, for people without Helm. Path below the root → content. */
import { createPatch } from 'rfc6902';
import { stringify } from 'yaml';
import type { KubernetesObject } from './render';
import { componentOf, RELEASE, render, YAML_VERSION } from './render';

const HEADER = '# Made by "npm run generate" from the chart. Do not edit; change it in an overlay of your own.\n';

/** Name of the overlay → values beside the defaults of the chart. */
export const OVERLAYS: Record<string, readonly string[]> = {
  /** One node is enough: one of each, an Ingress with a certificate of cert-manager. */
  small: [
    ...['host=terminal.example.org', 'ingress.enabled=true', 'certManager.enabled=true'],
    ...['gateway.replicas=1', 'operator.replicas=1', 'web.replicas=1'],
  ],
  /** Three gateways and more by load, the Gateway API at the edge, Prometheus by its operator, priorities. */
  production: [
    ...['host=terminal.example.org', 'httpRoute.enabled=true', 'httpRoute.parentRefs[0].name=edge'],
    ...['httpRoute.parentRefs[0].namespace=gateways', 'httpRoute.parentRefs[0].sectionName=https'],
    ...['httpRoute.redirectFrom[0].name=edge', 'httpRoute.redirectFrom[0].namespace=gateways'],
    ...['httpRoute.redirectFrom[0].sectionName=http', 'gateway.autoscaling.enabled=true'],
    ...['gateway.autoscaling.minReplicas=3', 'priorityClasses.create=true', 'metrics.serviceMonitor.enabled=true'],
    ...['metrics.podMonitor.enabled=true', 'metrics.prometheusRule.enabled=true', 'metrics.dashboards.enabled=true'],
  ],
};

/** Where `images:` of a kustomization finds an image beside those of pods. Each kustomization that changes images needs it. */
const IMAGES = 'images.yaml';

/** Objects of the base that an overlay does without. */
const REMOVED = 'patches/removed.yaml';

interface Patch {
  path: string;
  target?: object;
  content: string;
}

const STYLE = { version: YAML_VERSION, lineWidth: 0, aliasDuplicateObjects: false } as const;

const yaml = (...objects: object[]) => HEADER + objects.map((object) => stringify(object, STYLE)).join('---\n');

const kustomization = (fields: object) =>
  yaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields });

/** @param chart path of the chart's folder */
export function kustomizeFiles(chart: string): Map<string, string> {
  const base = render(chart, []);
  return new Map([
    ...folder('k8s/base', [namespace(), ...base], { resources: [] }),
    ['k8s/crds/kustomization.yaml', kustomization({ resources: ['claudesessions.yaml', 'sessiontemplates.yaml'] })],
    ...Object.entries(OVERLAYS).flatMap(([name, values]) =>
      overlay(`k8s/overlays/${name}`, base, render(chart, values)),
    ),
  ]);
}

/** What makes `wanted` of the base. Changes are JSON patches: an object that is merged keeps the fields it is to lose. */
function overlay(
  path: string,
  base: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
): [string, string][] {
  const before = new Map(base.map((object) => [idOf(object), object]));
  const after = new Set(wanted.map(idOf));
  const added = wanted.filter((object) => !before.has(idOf(object)));
  const removed = base.filter((object) => !after.has(idOf(object)));
  const patches: Patch[] = wanted.flatMap((object) => {
    const operations = createPatch(before.get(idOf(object)) ?? object, object);
    return operations.length === 0
      ? []
      : [{ path: patchOf(object), target: targetOf(object), content: yaml(operations) }];
  });
  if (removed.length > 0) patches.push({ path: REMOVED, content: yaml(...removed.map(deletionOf)) });
  const resources = ['../../base'];
  return [
    ...folder(path, added, { resources, patches: patches.map(({ path: file, target }) => ({ path: file, target })) }),
    ...patches.map((patch): [string, string] => [`${path}/${patch.path}`, patch.content]),
  ];
}

/** One file for each part. */
function folder(
  path: string,
  objects: readonly KubernetesObject[],
  { resources, ...patches }: { resources: string[]; patches?: object[] },
): [string, string][] {
  const components = [...new Set(objects.map(componentOf))].sort();
  const files = components.map((component): [string, string] => [
    `${path}/${component}.yaml`,
    yaml(...objects.filter((object) => componentOf(object) === component)),
  ]);
  const all = [...resources, ...components.map((component) => `${component}.yaml`)];
  return [
    ...files,
    [`${path}/${IMAGES}`, yaml({ images: [{ kind: 'SessionTemplate', path: 'spec/image' }] })],
    [`${path}/kustomization.yaml`, kustomization({ resources: all, configurations: [IMAGES], ...patches })],
  ];
}

/** What an object is to the API server: kind, namespace and name. */
export const idOf = ({ apiVersion, kind, metadata }: KubernetesObject) =>
  `${apiVersion} ${kind} ${metadata.namespace ?? ''} ${metadata.name}`;

const patchOf = ({ kind, metadata }: KubernetesObject) => `patches/${kind.toLowerCase()}-${metadata.name}.yaml`;

function targetOf({ apiVersion, kind, metadata }: KubernetesObject): object {
  const [version, group] = apiVersion.split('/').reverse();
  return { group, version, kind, name: metadata.name, namespace: metadata.namespace };
}

const deletionOf = ({ apiVersion, kind, metadata }: KubernetesObject) => ({
  $patch: 'delete',
  apiVersion,
  kind,
  metadata: { name: metadata.name, namespace: metadata.namespace },
});

/** Helm makes it with --create-namespace, and has no object for it. Its pods are as restricted as those of sessions. */
export function namespace(): KubernetesObject {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/audit': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: RELEASE, labels } };
}
