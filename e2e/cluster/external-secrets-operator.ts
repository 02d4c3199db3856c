/**
 * The External Secrets operator's part, played by the test, for it cannot be had on every machine this runs on: what its documents
 * say of an ExternalSecret with `creationPolicy: Owner`, by the objects that are really in the cluster. Its
 * CustomResourceDefinitions are its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { MotoProcess } from '@claude-webui/testing/processes/moto-process';
import { apply, get, NAMESPACE } from '@claude-webui/testing/cluster/kubernetes';

/** Where its CustomResourceDefinitions are. */
export const DEFINITIONS =
  process.env['EXTERNAL_SECRETS_CRDS'] ??
  'https://raw.githubusercontent.com/external-secrets/external-secrets/v1.3.2/deploy/crds/bundle.yaml';
const REFRESH_MS = 1000;

interface ExternalSecret {
  apiVersion: string;
  kind: string;
  metadata: { name: string; uid: string };
  spec: {
    secretStoreRef: { name: string; kind: string };
    target: { name: string };
    data: { secretKey: string; remoteRef: { key: string } }[];
  };
}

interface SecretStore {
  spec: { provider: { aws: { service: string } } };
}

export class ExternalSecretsOperator {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly manager: MotoProcess) {
    this.running = this.run(this.stopping.signal);
    // Told when it is closed.
    this.running.catch(() => undefined);
  }

  /** @throws what went wrong while it ran */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { items } = await get<{ items: ExternalSecret[] }>('--namespace', NAMESPACE, 'externalsecrets');
      for (const item of items) await this.synchronize(item);
      await delay(REFRESH_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async synchronize({ apiVersion, kind, metadata, spec }: ExternalSecret): Promise<void> {
    const store = await get<SecretStore>('--namespace', NAMESPACE, spec.secretStoreRef.kind, spec.secretStoreRef.name);
    if (store.spec.provider.aws.service !== 'SecretsManager') throw new Error('the store is not Secrets Manager');
    const values = await Promise.all(
      spec.data.map(async ({ secretKey, remoteRef }) => [secretKey, await this.manager.read(remoteRef.key)] as const),
    );
    const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
    await apply([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: spec.target.name, namespace: NAMESPACE, ownerReferences: [owner] },
        stringData: Object.fromEntries(values),
      },
    ]);
  }
}
