/** What the chart renders, as objects that Helm has no part in. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

/**
 * Of the release and its namespace. Kustomize can change neither: names are in environments too, and its `namespace` wants
 * the sessions in the same one.
 */
export const RELEASE = 'claude-webui';

/** As Helm and kubectl read it: 0440 is octal, and `off` is a word only in quotes. */
export const YAML_VERSION = '1.1';

/** To be changed by everybody, as the host is: the images are in nobody's public registry. */
const REGISTRY = 'image.registry=registry.example.org';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Time to read a log. */
const JOB_TTL_SECONDS = 600;
const DIGEST_DIGITS = 8;
const HOOK = 'helm.sh/hook';
const COMPONENT = 'app.kubernetes.io/component';

/** Whether there is a Helm to render with: HELM, or the one on PATH. */
export const hasHelm = () => spawnSync(helm(), ['version']).error === undefined;

const helm = () => process.env['HELM'] ?? 'helm';

/** @param values as `--set` takes them. @throws Error with what Helm said */
export function render(chart: string, values: readonly string[]): KubernetesObject[] {
  const set = [REGISTRY, ...values].flatMap((value) => ['--set', value]);
  const args = ['template', RELEASE, chart, '--namespace', RELEASE, ...set];
  const { status, stdout, stderr } = spawnSync(helm(), args, { encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES });
  if (status !== 0) throw new Error(`helm template: ${stderr}`);
  return objectsIn(stdout).filter(isForKustomize).map(withoutHelm).map(asJobOfItsOwn);
}

/** What some YAML holds, however many documents. */
export function objectsIn(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml, { version: YAML_VERSION })
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/**
 * Of the hooks only the Job that makes secrets: who applies the definitions has no need for one that does, and nothing runs
 * before kustomize deletes.
 */
function isForKustomize({ kind, metadata }: KubernetesObject): boolean {
  if (metadata.annotations?.[HOOK] === undefined) return true;
  const ofDefinitions = kind.startsWith('Cluster') || metadata.name.endsWith('-crds');
  return componentOf({ metadata }) === 'prepare' && !ofDefinitions;
}

export const componentOf = ({ metadata }: Pick<KubernetesObject, 'metadata'>) =>
  metadata.labels?.[COMPONENT] ?? 'release';

/** Helm deletes a Job before it makes the next. Here the next has another name, since no Job's pods can be changed. */
function asJobOfItsOwn(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Job') return object;
  const spec = { ...object.spec, ttlSecondsAfterFinished: JOB_TTL_SECONDS };
  const digest = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, DIGEST_DIGITS);
  return { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-${digest}` }, spec };
}

/** Labels and annotations of Helm's, on the object and on the pods that it makes. */
function withoutHelm<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutHelm) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(
      ([key, inner]) => !key.startsWith('helm.sh/') && !(key === 'app.kubernetes.io/managed-by' && inner === 'Helm'),
    )
    .map(([key, inner]) => [key, withoutHelm(inner as unknown)] as const)
    .filter(([key, inner]) => !(key === 'annotations' && Object.keys(inner as object).length === 0));
  return Object.fromEntries(entries) as T;
}
