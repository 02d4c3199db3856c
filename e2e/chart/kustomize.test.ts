/** k8s/: what kustomize makes of it is what the chart renders. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kustomizeFiles } from '../../hack/generate/kustomize/files';
import { breaches, podOf } from './restricted';
import { LOCATION, writeCustomSchemas, writeKubernetesSchemas } from './schemas';
import { CHART, manifests, ROOT, run } from './tools';

const OVERLAYS = ['k8s/base', 'k8s/overlays/small', 'k8s/overlays/production'];

test.each([...kustomizeFiles(CHART)])('%s is what "npm run generate" writes', (path, content) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(content);
});

describe.each(OVERLAYS)('%s', (folder) => {
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

  test('is accepted by kubeconform', () => {
    const locations = ['-schema-location', join(schemas, LOCATION)];
    if (openApi === undefined) locations.push('-schema-location', 'default');
    const foreign = crds.length > 0 ? [] : ['ServiceMonitor', 'PodMonitor', 'PrometheusRule', 'HTTPRoute'];
    const skipped = ['-skip', ['Certificate', ...foreign].join(',')];
    expect(run('kubeconform', ['-summary', ...locations, ...skipped], built).stdout).toContain('Invalid: 0, Errors: 0');
  });

  test('has only pods that Pod Security calls restricted, and nothing of Helm', () => {
    const all = manifests(built);
    const pods = all.map(podOf).filter((pod) => pod !== null);
    expect(pods.length).toBeGreaterThan(3);
    expect(pods.flatMap(breaches)).toEqual([]);
    expect(built).not.toContain('helm.sh/');
  });
});
