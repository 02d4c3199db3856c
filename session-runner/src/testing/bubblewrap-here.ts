import { spawnSync } from 'node:child_process';
import { testUnless } from '@claude-webui/testing/unless';
import { BUBBLEWRAP } from '../confinement/bubblewrap';

/** Why bubblewrap cannot be used on this machine; null if it can. */
export const whyNoBubblewrap: string | null = (() => {
  const { error, status, stderr } = spawnSync(BUBBLEWRAP, ['--unshare-user', '--ro-bind', '/', '/', 'true']);
  return status === 0 ? null : (error?.message ?? stderr.toString().trim());
})();

/** A test that needs bubblewrap: skipped without it, with the reason in its name. */
export function confinedTest(name: string, body: () => Promise<void>): void {
  const missing =
    whyNoBubblewrap === null ? null : `bubblewrap cannot be used here: ${whyNoBubblewrap}; apt-get install bubblewrap`;
  testUnless(missing, name, body);
}
