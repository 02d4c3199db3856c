import { randomBytes } from 'node:crypto';
import { eventually } from '../../system/workbench-page';
import { keyOf, Person } from '../edge';
import { apply, NAMESPACE, secret } from '../kubernetes';

/** Kubelets bring a changed Secret to their pods within a sync period of about a minute. */
const ROTATION_TIMEOUT_MS = 180_000;

/** Signing keys that change while people are signed in. */
export function secretsScenario(): void {
  test('a new signing key reaches the pods without a restart, and signs nobody out', async () => {
    const before = await Person.signIn();
    const { active, keys } = JSON.parse(await secret('terminal-jwt', 'jwt')) as {
      active: string;
      keys: Record<string, string>;
    };
    const next = `k${randomBytes(3).toString('hex')}`;
    const rotated = { active: next, keys: { [active]: keys[active], [next]: randomBytes(32).toString('base64') } };
    await apply([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'terminal-jwt', namespace: NAMESPACE },
        stringData: { jwt: JSON.stringify(rotated) },
      },
    ]);
    await eventually(
      async () => keyOf((await Person.signIn()).token) === next,
      () => 'the new key signs nothing',
      ROTATION_TIMEOUT_MS,
    );
    await before.call('GET', '/api/v1/sessions');
  });
}
