import { randomUUID } from 'node:crypto';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { MotoProcess } from '@claude-webui/testing/processes/moto-process';
import { Person } from '@claude-webui/testing/cluster/edge';
import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import {
  apply,
  applyDefinitions,
  atEachGateway,
  get,
  helm,
  kubectl,
  NAMESPACE,
  RELEASE,
  secret,
  startsOf,
  upgrade,
  validate,
} from '@claude-webui/testing/cluster/kubernetes';
import { DEFINITIONS, ExternalSecretsOperator } from '../external-secrets-operator';
import { says } from '../says';
import { ROTATION_TIMEOUT_MS, rotated, signsWith } from '../signing-keys';

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
      ...['provider.apiKey=', 'sessions.template=shell'],
    );
  });
  afterAll(async () => {
    await (await Person.signIn()).endAll();
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

  test("what is rotated in Secrets Manager holds without a restart: signing key, people, the provider's key", async () => {
    const pods = await startsOf('gateway');
    const person = await Person.signIn();
    const client = await shellWithModel(person);
    const keyset = rotated(await manager.read(REMOTE.jwt));
    await manager.put(REMOTE.jwt, keyset);
    await manager.put(REMOTE.users, withNamesake(await manager.read(REMOTE.users)));
    await manager.put(REMOTE.anthropic, 'key-that-the-provider-does-not-know');
    await signsWith(keyset.active);
    // Trying to sign in until it works would be taken for guessing.
    const isKnown = async () => JSON.stringify(await person.call('GET', '/api/v1/admin/users')).includes(NAMESAKE);
    await eventually(
      () => atEachGateway(isKnown),
      () => 'the new person is not known at each gateway',
      ROTATION_TIMEOUT_MS,
    );
    await Person.signIn({ username: NAMESAKE });
    await eventually(
      async () => (await says(client, CALL)) === '401',
      async () => `a call with a key that is not the provider's gives ${await says(client, CALL)}`,
      ROTATION_TIMEOUT_MS,
    );
    await person.call('GET', '/api/v1/sessions');
    expect(await startsOf('gateway')).toEqual(pods);
    client.close();
  });
}

/**
 * A gateway knows the key that the operator has just written when the kubelet has brought it, and sessions that have begun before
 * that are told of no model.
 */
async function shellWithModel(person: Person): Promise<TerminalClient> {
  const until = performance.now() + ROTATION_TIMEOUT_MS;
  for (;;) {
    const { client } = await person.shell();
    const said = await says(client, CALL);
    if (said === '200') return client;
    if (performance.now() > until) throw new Error(`a call of the model gives ${said}`);
    client.close();
    await person.endAll();
  }
}

/** Status of a model call by a session. */
const CALL = `node -e "fetch(process.env.ANTHROPIC_BASE_URL+'/v1/messages',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({model:'m',max_tokens:9,messages:[{role:'user',content:'say: hi'}]})}).then((r)=>console.log(String(r.status)))"`;
const NAMESAKE = 'namesake';

/** The people and one more, who has the administrator's password. */
function withNamesake(secret: string): object {
  const store = JSON.parse(secret) as { users: { id: string; username: string }[] };
  const [administrator] = store.users;
  if (administrator === undefined) throw new Error('there is nobody');
  return { ...store, users: [administrator, { ...administrator, id: randomUUID(), username: NAMESAKE }] };
}

const secretOf = (name: string) => `${RELEASE}-${name}`;
