/** Signing keys that change while people are signed in. */
import { randomBytes } from 'node:crypto';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { Person } from '@claude-webui/testing/cluster/edge';
import { atEachGateway } from '@claude-webui/testing/cluster/kubernetes';

/** Kubelets bring a changed Secret to their pods within a sync period of about a minute. */
export const ROTATION_TIMEOUT_MS = 180_000;

interface Keyset {
  active: string;
  keys: Record<string, string>;
}

/** The keys of a secret with a new active one beside the one before. */
export function rotated(secret: string): Keyset {
  const { active, keys } = JSON.parse(secret) as Keyset;
  const next = `k${randomBytes(3).toString('hex')}`;
  return { active: next, keys: { [active]: keys[active] ?? '', [next]: randomBytes(32).toString('base64') } };
}

/** Waits until whoever signs in, at whatever gateway, gets a token that this key has signed. */
export const signsWith = (name: string) =>
  eventually(
    () => atEachGateway(async () => keyOf((await Person.signIn()).token) === name),
    () => 'the new key does not sign at each gateway',
    ROTATION_TIMEOUT_MS,
  );

/** Name of the key that signed a token. */
function keyOf(token: string): string | undefined {
  const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8');
  return (JSON.parse(header) as { kid?: string }).kid;
}
