import { MotoProcess } from '../../../gateway/src/secrets/testing/moto-process';
import { Person } from '../edge';
import { DEFINITIONS, ExternalSecretsOperator } from '../external-secrets-operator';
import {
  apply,
  applyDefinitions,
  get,
  helm,
  kubectl,
  NAMESPACE,
  podsOf,
  RELEASE,
  secret,
  upgrade,
  validate,
} from '../kubernetes';
import { rotated, signsWith } from '../signing-keys';

const REMOTE = { jwt: 'claude-webui/jwt', users: 'claude-webui/users', anthropic: 'claude-webui/anthropic' };
const NAMES = ['jwt', 'users', 'anthropic'] as const;

/** Secrets that are kept in Secrets Manager, by the External Secrets operator's objects. */
export function externalSecretsScenario(): void {
  let manager: MotoProcess;
  let operator: ExternalSecretsOperator;
  const before = new Map<string, string>();

  beforeAll(async () => {
    await applyDefinitions(DEFINITIONS);
    manager = await MotoProcess.start();
    for (const name of NAMES) {
      const value = await secret(secretOf(name), name);
      before.set(name, value);
      await manager.put(REMOTE[name], value);
    }
    operator = new ExternalSecretsOperator(manager);
    await upgrade(
      ...['enabled=true', 'store.name=aws', 'store.create=true', 'store.region=eu-central-1'].map(
        (value) => `externalSecrets.${value}`,
      ),
      'provider.apiKey=',
    );
  });
  afterAll(async () => {
    await operator.close();
    await manager.kill();
    // What the operator owns goes with its objects: given back to nobody, but for the one that the chart makes itself.
    for (const name of ['jwt', 'users']) await apply([unowned(name)]);
    await kubectl('--namespace', NAMESPACE, 'delete', 'secret', secretOf('anthropic'));
    await upgrade();
  });

  const unowned = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretOf(name), namespace: NAMESPACE, ownerReferences: [] },
    stringData: { [name]: before.get(name) },
  });

  test('the API server takes every object of the release, with strict validation', async () => {
    const manifest = await helm('get', 'manifest', RELEASE);
    expect(manifest).toContain('kind: ExternalSecret');
    await validate(manifest);
  });

  test('and would refuse what the definitions do not know', async () => {
    const [item] = (await get<{ items: { spec: object }[] }>('--namespace', NAMESPACE, 'externalsecrets')).items;
    const wrong = { ...item, spec: { ...item?.spec, refreshIntervall: '1m' } };
    await expect(validate(JSON.stringify(wrong))).rejects.toThrow('unknown field "spec.refreshIntervall"');
  });

  test('a key rotated in Secrets Manager signs without a restart, and signs nobody out', async () => {
    const pods = await stateOfGateways();
    const person = await Person.signIn();
    const keyset = rotated(await manager.read(REMOTE.jwt));
    await manager.put(REMOTE.jwt, keyset);
    await signsWith(keyset.active);
    await person.call('GET', '/api/v1/sessions');
    expect(await stateOfGateways()).toEqual(pods);
  }, 200_000);

  const stateOfGateways = async () =>
    (await podsOf('gateway')).map(({ metadata, status }) => [
      metadata.name,
      status.containerStatuses?.map(({ restartCount }) => restartCount),
    ]);
}

const secretOf = (name: string) => `${RELEASE}-${name}`;
