import { Person } from '@claude-webui/testing/cluster/edge';
import { apply, NAMESPACE, secret, startsOf } from '@claude-webui/testing/cluster/kubernetes';
import { rotated, signsWith } from '../signing-keys';

/** Signing keys that change while people are signed in. */
export function secretsScenario(): void {
  test('a new signing key reaches the pods without a restart, and signs nobody out', async () => {
    const pods = await startsOf('gateway');
    const before = await Person.signIn();
    const keyset = rotated(await secret('terminal-jwt', 'jwt'));
    await apply([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'terminal-jwt', namespace: NAMESPACE },
        stringData: { jwt: JSON.stringify(keyset) },
      },
    ]);
    await signsWith(keyset.active);
    await before.call('GET', '/api/v1/sessions');
    expect(await startsOf('gateway')).toEqual(pods);
  });
}
