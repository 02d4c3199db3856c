import { eventually } from '@claude-webui/testing/page/workbench-page';
import { Person } from '@claude-webui/testing/cluster/edge';
import {
  get,
  helm,
  kubectl,
  NAMESPACE,
  RELEASE,
  SESSIONS,
  settled,
  upgrade,
} from '@claude-webui/testing/cluster/kubernetes';
import { Flood } from '../flood';

const GONE_TIMEOUT_MS = 90_000;

interface Definition {
  spec: { versions: { additionalPrinterColumns?: { name: string }[] }[] };
}

interface Named {
  items: { kind: string; metadata: { name: string } }[];
}

const keeps = process.env['KEEP'] === 'true';

/** What an administrator does with the release. The last one takes it away, unless KEEP is set. */
export function releaseScenario(): void {
  test('helm test signs in, opens a session, types and reads the answer', async () => {
    await upgrade();
    expect(await helm('test', RELEASE, '--timeout', '5m', '--logs')).toContain('the terminal shows answer-42');
  });

  test('an upgrade and a rollback end no session, and lose not one byte', async () => {
    await upgrade('sessions.template=shell');
    const person = await Person.signIn();
    const { id, client } = await person.shell();
    const change = () => upgrade('sessions.template=shell', 'gateway.logLevel=debug', 'operator.logLevel=debug');
    const back = async () => {
      await helm('rollback', RELEASE, '--wait', '--timeout', '5m');
      await settled();
    };
    for (const step of [change, back]) {
      const flood = await Flood.start(client);
      await step();
      await flood.expectWhole();
      client.forget();
    }
    expect(client.phases).not.toContain('reconnecting');
    client.close();
    await person.end(id);
  });

  test('an upgrade brings the definitions of its version', async () => {
    const name = 'claudesessions.claude-webui.io';
    const columns = async () => {
      const { spec } = await get<Definition>('customresourcedefinition', name);
      return spec.versions[0]?.additionalPrinterColumns?.map((column) => column.name);
    };
    const own = await columns();
    expect(own).toContain('Owner');
    const older = [{ op: 'remove', path: '/spec/versions/0/additionalPrinterColumns' }];
    await kubectl('patch', 'customresourcedefinition', name, '--type=json', '--patch', JSON.stringify(older));
    expect(await columns()).not.toEqual(own);
    await upgrade();
    expect(await columns()).toEqual(own);
  });

  (keeps ? test.skip : test)(
    `an uninstallation ends all sessions and leaves what it says${keeps ? ' (skipped: KEEP keeps the release)' : ''}`,
    async () => {
      await upgrade('sessions.template=shell');
      const person = await Person.signIn();
      const { client } = await person.shell();
      await helm('uninstall', RELEASE, '--wait', '--timeout', '5m');
      client.close();
      const kinds =
        'deployments,pods,services,configmaps,ingresses,networkpolicies,roles,rolebindings,jobs,serviceaccounts,leases,poddisruptionbudgets,resourcequotas,horizontalpodautoscalers';
      const ofSessions = `${kinds},claudesessions,sessiontemplates`;
      const left = async (namespace: string, of: string) =>
        (await get<Named>('--namespace', namespace, of)).items
          .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
          .filter((name) => !['ConfigMap kube-root-ca.crt', 'ServiceAccount default'].includes(name));
      // Gateways still send their clients away, and what templates owned is collected after them.
      await eventually(
        async () => [...(await left(NAMESPACE, kinds)), ...(await left(SESSIONS, ofSessions))].length === 0,
        async () => `left: ${[...(await left(NAMESPACE, kinds)), ...(await left(SESSIONS, ofSessions))].join(', ')}`,
        GONE_TIMEOUT_MS,
      );
      const secrets = ['administrator', 'jwt', 'redis', 'runner-bind', 'tls', 'users'];
      expect((await left(NAMESPACE, 'secrets')).sort()).toEqual(secrets.map((name) => `Secret terminal-${name}`));
      const ofCluster = 'clusterroles,clusterrolebindings,priorityclasses';
      const label = `app.kubernetes.io/instance=${RELEASE}`;
      expect((await get<Named>(ofCluster, '--selector', label)).items.map(({ metadata }) => metadata.name)).toEqual([]);
      await kubectl('get', 'namespace', SESSIONS);
      await kubectl('get', 'customresourcedefinition', 'claudesessions.claude-webui.io');
    },
  );
}
