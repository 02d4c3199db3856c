import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespaceTest } from '../testing/own-namespace';
import { RunningSession } from '../testing/running-session';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'closing-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

namespaceTest('a directory that cannot be removed is logged, and the end is reported all the same', async () => {
  const [directory, log] = [join(base, 'session'), join(base, 'log')];
  const mounted = join(directory, 'workspace/mounted');
  mkdirSync(mounted, { recursive: true });
  const script = `mount -t tmpfs none ${mounted} && exec "$@" > ${log}`;
  const launcher = ['unshare', '--user', '--map-root-user', '--mount', '/bin/sh', '-c', script, 'sh'];
  const session = await RunningSession.start(
    { directory, logLevel: 'error', program: { args: ['-c', 'read line; exit 3'] } },
    launcher,
  );
  const client = session.attach();
  await client.attached();
  client.type('go\r');
  expect((await client.frame('end')).end).toEqual({ reason: 'exited', exitCode: 3 });
  expect(await session.ended).toEqual({ reason: 'exited', exitCode: 3 });
  expect(await session.left).toEqual([0, null]);
  expect(readFileSync(log, 'utf8')).toContain('EBUSY');
  expect(existsSync(mounted)).toBe(true);
});

namespaceTest('what the session has closed to its own user is removed, names that are no UTF-8 included', async () => {
  const directory = join(base, 'session');
  // Who is not root.
  const launcher = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  const command = `mkdir -p 'closed/in' "$(printf 'caf\\351')/read-only"; cd caf*; echo x > read-only/file; chmod 555 read-only; chmod 000 ../closed; echo made`;
  const session = await RunningSession.shell(`${command}; read line`, { directory }, launcher);
  const client = session.attach();
  await client.shows('made');
  await session.end();
  expect(existsSync(directory)).toBe(false);
});
