import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { testUnless } from '@claude-webui/testing/unless';

/**
 * Program and arguments that run what follows in a PID namespace, as a container does: PID 1 is a shell, which reaps what others
 * leave behind and has no other program. All ends when this program is killed; it passes no other signal on.
 * @param cgroup directory that stands in the place of /sys/fs/cgroup
 */
export function ownNamespace(cgroup: string): [string, ...string[]] {
  const own = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return ['unshare', ...own, '/bin/sh', '-c', 'mount --bind "$0" /sys/fs/cgroup && "$@"; exit $?', cgroup];
}

const whyNot: string | null = (() => {
  const [file, ...args] = ownNamespace(tmpdir());
  const { error, status, stderr } = spawnSync(file, [...args, 'true']);
  return status === 0 ? null : (error?.message ?? stderr.toString().trim());
})();

/** A test that needs PID namespaces: skipped where this user may not make them, with the reason in its name. */
export function namespaceTest(name: string, body: () => Promise<void>): void {
  testUnless(whyNot === null ? null : `this user may make no PID namespaces: ${whyNot}`, name, body);
}
