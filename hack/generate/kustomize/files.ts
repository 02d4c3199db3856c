/** k8s/: a kustomize base and overlays, rendered from the chart, for people without Helm. Path below the root → content. */
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { KubernetesObject } from './render';
import { componentOf, RELEASE, render } from './render';

const HEADER = '# Made by "npm run generate" from the chart. Do not edit; change it in an overlay of your own.\n';

/** Values beside the defaults of the chart. */
const OVERLAYS: Record<string, readonly string[]> = {
  /** One node is enough: one of each, an Ingress with a certificate of cert-manager. */
  small: [
    ...['host=terminal.example.org', 'ingress.enabled=true', 'certManager.enabled=true'],
    ...['gateway.replicas=1', 'operator.replicas=1', 'web.replicas=1'],
  ],
  /** Three gateways and more by load, the Gateway API at the edge, Prometheus by its operator, priorities. */
  production: [
    ...['host=terminal.example.org', 'httpRoute.enabled=true', 'httpRoute.parentRefs[0].name=edge'],
    ...['httpRoute.parentRefs[0].namespace=gateways', 'gateway.autoscaling.enabled=true'],
    ...['gateway.autoscaling.minReplicas=3', 'priorityClasses.create=true', 'metrics.serviceMonitor.enabled=true'],
    ...['metrics.podMonitor.enabled=true', 'metrics.prometheusRule.enabled=true', 'metrics.dashboards.enabled=true'],
  ],
};

const yaml = (...objects: object[]) =>
  HEADER + objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');

const kustomization = (fields: object) =>
  yaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields });

/** @param chart path of the chart's folder */
export function kustomizeFiles(chart: string): Map<string, string> {
  const base = render(chart, []);
  const files = new Map([
    ...folder('k8s/base', [namespace(), ...base], { resources: [] }),
    ['k8s/crds/kustomization.yaml', kustomization({ resources: ['claudesessions.yaml', 'sessiontemplates.yaml'] })],
  ]);
  for (const [name, values] of Object.entries(OVERLAYS)) {
    const all = render(chart, values);
    const known = new Map(base.map((object) => [idOf(object), object]));
    const added = all.filter((object) => !known.has(idOf(object)));
    const changed = all.filter(
      (object) => known.has(idOf(object)) && !isDeepStrictEqual(known.get(idOf(object)), object),
    );
    const path = `k8s/overlays/${name}`;
    for (const [file, content] of folder(path, added, {
      resources: ['../../base'],
      patches: changed.map((object) => ({ path: `patches/${fileOf(object)}` })),
    }))
      files.set(file, content);
    for (const object of changed) files.set(`${path}/patches/${fileOf(object)}`, yaml(object));
  }
  return files;
}

/** One file for each part. */
function folder(
  path: string,
  objects: readonly KubernetesObject[],
  fields: { resources: string[]; patches?: object[] },
): [string, string][] {
  const components = [...new Set(objects.map(componentOf))].sort();
  const files = components.map((component): [string, string] => [
    `${path}/${component}.yaml`,
    yaml(...objects.filter((object) => componentOf(object) === component)),
  ]);
  const resources = [...fields.resources, ...components.map((component) => `${component}.yaml`)];
  return [...files, [`${path}/kustomization.yaml`, kustomization({ ...fields, resources })]];
}

const idOf = ({ apiVersion, kind, metadata }: KubernetesObject) =>
  `${apiVersion} ${kind} ${metadata.namespace ?? ''} ${metadata.name}`;

const fileOf = ({ kind, metadata }: KubernetesObject) => `${kind.toLowerCase()}-${metadata.name}.yaml`;

/** Helm makes it with --create-namespace, and has no object for it. */
function namespace(): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: RELEASE } };
}
