import { eventually } from '../../system/workbench-page';
import { Person } from '../edge';
import { get, helm, kubectl, NAMESPACE, RELEASE, SESSIONS, settled, upgrade } from '../kubernetes';

const GONE_TIMEOUT_MS = 90_000;

interface Named {
  items: { kind: string; metadata: { name: string } }[];
}

/** What an administrator does with the release. The last one takes it away, unless KEEP is set. */
export function releaseScenario(): void {
  test('helm test signs in, opens a session, types and reads the answer', async () => {
    await upgrade();
    expect(await helm('test', RELEASE, '--timeout', '5m', '--logs')).toContain('the terminal shows answer-42');
  });

  test('an upgrade and a rollback end no session', async () => {
    await upgrade('sessions.template=shell');
    const person = await Person.signIn();
    const { id, client } = await person.shell();
    await upgrade('sessions.template=shell', 'gateway.logLevel=debug', 'operator.logLevel=debug');
    client.type('echo u""pgraded\n');
    await client.shows('upgraded');
    await helm('rollback', RELEASE, '--wait', '--timeout', '5m');
    await settled();
    client.type('echo r""olled-back\n');
    await client.shows('rolled-back');
    expect(client.phases).not.toContain('reconnecting');
    client.close();
    await person.end(id);
  });

  (process.env['KEEP'] === 'true' ? test.skip : test)(
    'an uninstallation ends all sessions and leaves what it says',
    async () => {
      const person = await Person.signIn();
      const { client } = await person.shell();
      await helm('uninstall', RELEASE, '--wait', '--timeout', '5m');
      client.close();
      const kinds =
        'deployments,pods,services,configmaps,ingresses,networkpolicies,roles,rolebindings,jobs,serviceaccounts';
      const left = async (namespace: string, of: string) =>
        (await get<Named>('--namespace', namespace, of)).items
          .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
          .filter((name) => !['ConfigMap kube-root-ca.crt', 'ServiceAccount default'].includes(name));
      // Gateways still send their clients away.
      await eventually(
        async () => (await left(NAMESPACE, 'pods')).length === 0,
        () => 'there are pods still',
        GONE_TIMEOUT_MS,
      );
      expect(await left(NAMESPACE, kinds)).toEqual([]);
      expect(await left(SESSIONS, `${kinds},claudesessions,sessiontemplates`)).toEqual([]);
      const secrets = ['administrator', 'jwt', 'redis', 'runner-bind', 'tls', 'users'];
      expect((await left(NAMESPACE, 'secrets')).sort()).toEqual(secrets.map((name) => `Secret terminal-${name}`));
      await kubectl('get', 'namespace', SESSIONS);
      await kubectl('get', 'customresourcedefinition', 'claudesessions.claude-webui.io');
    },
  );
}
