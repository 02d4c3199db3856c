import { MotoProcess } from '@claude-webui/testing/processes/moto-process';
import { Person } from '@claude-webui/testing/cluster/edge';
import { hostAddress, RELEASE, secret, startsOf, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { rotated, signsWith } from '../signing-keys';

/** Gateways that read Secrets Manager by themselves. */
export function secretsManagerScenario(): void {
  let manager: MotoProcess;

  beforeAll(async () => {
    const host = await hostAddress();
    manager = await MotoProcess.start(host);
    for (const name of ['jwt', 'users'])
      await manager.put(`claude-webui/${name}`, await secret(`${RELEASE}-${name}`, name));
    await manager.put('claude-webui/anthropic', 'key-of-the-cluster');
    const {
      AWS_REGION: region = '',
      SECRETS_PROVIDER: _,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url = '',
      ...rest
    } = manager.env;
    // After the one of hack/kind/values.yaml.
    const egress = 'gateway.extraEgress[1]';
    await upgrade(
      ...['secrets.source=aws', `secrets.aws.region=${region}`, `secrets.aws.endpoint=${url}`, 'secrets.pollSeconds=1'],
      ...['provider.apiKey=', 'sessions.template=shell'],
      ...Object.entries(rest).map(([name, value]) => `gateway.extraEnv.${name}=${value}`),
      ...[`${egress}.to[0].ipBlock.cidr=${host}/32`, `${egress}.ports[0].port=${new URL(url).port}`],
    );
  });
  afterAll(async () => {
    await upgrade();
    await manager.kill();
  });

  test('a session starts, by the key that the cluster has made', async () => {
    const person = await Person.signIn();
    const { id, client } = await person.shell();
    client.close();
    await person.end(id);
  });

  test('a key rotated in Secrets Manager signs without a restart, and signs nobody out', async () => {
    const pods = await startsOf('gateway');
    const person = await Person.signIn();
    const keyset = rotated(await manager.read('claude-webui/jwt'));
    await manager.put('claude-webui/jwt', keyset);
    await signsWith(keyset.active);
    await person.call('GET', '/api/v1/sessions');
    expect(await startsOf('gateway')).toEqual(pods);
  });
}
