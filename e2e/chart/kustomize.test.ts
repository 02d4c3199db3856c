/** k8s/: what kustomize makes of it is what the chart renders. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idOf, kustomizeFiles, namespace, OVERLAYS } from '@claude-webui/hack/generate/kustomize/files';
import type { KubernetesObject } from '@claude-webui/hack/generate/kustomize/render';
import { objectsIn, render } from '@claude-webui/hack/generate/kustomize/render';
import { breaches, podOf } from './restricted';
import { FOREIGN, LOCATION, writeCustomSchemas, writeKubernetesSchemas } from './schemas';
import { CHART, ROOT, run } from './tools';

const FOLDERS: [string, readonly string[]][] = [
  ['k8s/base', []],
  ...Object.entries(OVERLAYS).map(([name, values]): [string, readonly string[]] => [`k8s/overlays/${name}`, values]),
];

const byId = (all: readonly KubernetesObject[]) => Object.fromEntries(all.map((object) => [idOf(object), object]));

test.each([...kustomizeFiles(CHART)])('%s is what "npm run generate" writes', (path, content) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(content);
});

test('a Job with other pods has another name, so that one overlay can be applied after the other', () => {
  const jobs = FOLDERS.flatMap(([, values]) => render(CHART, values)).filter(({ kind }) => kind === 'Job');
  expect(jobs).toHaveLength(FOLDERS.length);
  const specs = new Map(jobs.map(({ metadata, spec }) => [metadata.name, spec]));
  for (const { metadata, spec } of jobs) expect(specs.get(metadata.name)).toEqual(spec);
});

test.each(FOLDERS.map(([folder]) => folder))('images: of an overlay reaches the sessions too: %s', (folder) => {
  const overlay = mkdtempSync(join(ROOT, 'k8s/overlays/images-'));
  try {
    const images = [{ name: 'registry.example.org/claude-webui/session-runner', newName: 'mine/runner', newTag: '9' }];
    const base = join('../../..', folder);
    cpSync(join(ROOT, folder, 'images.yaml'), join(overlay, 'images.yaml'));
    const kustomization = { resources: [base], configurations: ['images.yaml'], images };
    writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { stdout } = run('kubectl', ['kustomize', overlay]);
    const template = objectsIn(stdout).find(({ kind }) => kind === 'SessionTemplate');
    expect(template?.spec?.['image']).toBe('mine/runner:9');
  } finally {
    rmSync(overlay, { recursive: true });
  }
});

describe.each(FOLDERS)('%s', (folder, values) => {
  const openApi = process.env['KUBERNETES_OPENAPI'];
  const crds = (process.env['CRD_FOLDERS'] ?? '').split(':').filter(Boolean);
  let schemas: string;
  let built: string;

  beforeAll(() => {
    schemas = mkdtempSync(join(tmpdir(), 'schemas-'));
    writeCustomSchemas([join(CHART, 'crds'), ...crds], schemas);
    if (openApi !== undefined) writeKubernetesSchemas(openApi, schemas);
    const { status, stdout, stderr } = run('kubectl', ['kustomize', join(ROOT, folder)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    built = stdout;
  });
  afterAll(() => rmSync(schemas, { recursive: true, force: true }));

  test('is, once built, what the chart renders for the same values', () => {
    expect(byId(objectsIn(built))).toEqual(byId([namespace(), ...render(CHART, values)]));
  });

  test('has the modes of files as the chart has them, octal', () => {
    const modes = JSON.stringify(objectsIn(built)).matchAll(/"defaultMode":(\d+)/g);
    expect(new Set([...modes].map(([, mode]) => Number(mode)))).toEqual(new Set([0o440]));
  });

  test('is accepted by kubeconform', () => {
    const locations = ['-schema-location', join(schemas, LOCATION)];
    if (openApi === undefined) locations.push('-schema-location', 'default');
    const skipped = crds.length > 0 ? [] : ['-skip', FOREIGN];
    expect(run('kubeconform', ['-summary', ...locations, ...skipped], built).stdout).toContain('Invalid: 0, Errors: 0');
  });

  test('has only pods that Pod Security calls restricted, in namespaces that want it, and nothing of Helm', () => {
    const all = objectsIn(built);
    const pods = all.map(podOf).filter((pod) => pod !== null);
    expect(pods.length).toBeGreaterThan(3);
    expect(pods.flatMap(breaches)).toEqual([]);
    for (const { metadata } of all.filter(({ kind }) => kind === 'Namespace'))
      expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    expect(built).not.toContain('helm.sh/');
  });
});
