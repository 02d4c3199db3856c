import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { testUnless } from '@claude-webui/testing/unless';
import { URL_OF_EDGE } from '@claude-webui/testing/cluster/address';
import { Person } from '@claude-webui/testing/cluster/edge';
import { kubectl, NAMESPACE, secret, settled } from '@claude-webui/testing/cluster/kubernetes';

/** What k8s/ calls its objects, and its images' registry. */
const NAME = 'claude-webui';
const REGISTRY = 'registry.example.org/claude-webui';
const PARTS = ['gateway', 'operator', 'redis', 'web'];
const GONE_TIMEOUT = '120s';

/** The same product for people without Helm, after its release is gone: k8s/ with an overlay of one's own. */
export function kustomizeScenario(): void {
  const directory = mkdtempSync(join(tmpdir(), 'overlay-'));
  const apply = (folder: string) => kubectl('apply', '--server-side', '--kustomize', folder);

  afterAll(async () => {
    await kubectl('delete', '--kustomize', directory, '--ignore-not-found', '--timeout', GONE_TIMEOUT);
    rmSync(directory, { recursive: true, force: true });
  });

  testUnless(
    process.env['KEEP'] === 'true' ? 'KEEP keeps the release' : null,
    'is applied, twice, and a person has a session',
    async () => {
      const overlay = overlayOf(relative(directory, 'k8s/overlays/small'));
      writeFileSync(join(directory, 'kustomization.yaml'), JSON.stringify(overlay));
      await apply('k8s/crds');
      await apply(directory);
      for (const part of PARTS)
        await kubectl('--namespace', NAMESPACE, 'rollout', 'status', `deployment/${NAME}-${part}`, '--timeout', '180s');
      await apply(directory);
      await settled();
      const person = await Person.signIn({ password: await secret(`${NAME}-administrator`, 'password') });
      const { id, client } = await person.shell();
      client.close();
      await person.end(id);
      // The operator ends their pods while it is still there.
      const all = ['claudesession', '--all', '--namespace', `${NAME}-sessions`];
      await kubectl('delete', ...all, '--timeout', GONE_TIMEOUT);
    },
  );
}

/** What everybody changes, host and images, and the certificate, which is here without cert-manager. */
function overlayOf(base: string): object {
  const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
  const patch = (target: object, ...operations: object[]) => ({ target, patch: JSON.stringify(operations) });
  const notPulled = replace('/spec/template/spec/containers/0/imagePullPolicy', 'Never');
  const host = new URL(URL_OF_EDGE).host;
  const certificate = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: NAME, namespace: NAME },
  };
  const env = [{ name: 'PUBLIC_ORIGIN', value: URL_OF_EDGE }];
  const gateway = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${NAME}-gateway`, namespace: NAME },
    spec: { template: { spec: { containers: [{ name: 'gateway', env }] } } },
  };
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [base],
    images: [
      ...['gateway', 'operator', 'web'].map((image) => ({
        name: `${REGISTRY}/${image}`,
        newName: `claude-webui/${image}`,
        newTag: 'dev',
      })),
    ],
    patches: [
      { patch: JSON.stringify({ $patch: 'delete', ...certificate }) },
      { patch: JSON.stringify(gateway) },
      patch({ kind: 'Deployment' }, notPulled),
      patch({ kind: 'Job' }, notPulled),
      patch(
        { kind: 'Ingress' },
        replace('/spec/rules/0/host', host),
        replace('/spec/tls', [{ hosts: [host], secretName: 'terminal-tls' }]),
      ),
      patch(
        { kind: 'SessionTemplate' },
        replace('/spec/image', 'claude-webui/session-shell:dev'),
        replace('/spec/imagePullPolicy', 'Never'),
      ),
    ],
  };
}
