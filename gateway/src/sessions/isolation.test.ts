import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { probeIsolation } from './isolation';

/** Whether this machine confines, found without the code under test. */
const works = promisify(execFile)('bwrap', ['--unshare-user', '--unshare-pid', '--ro-bind', '/', '/', 'true']).then(
  () => true,
  () => false,
);

test('isolation that was switched off says what people do not have', async () => {
  const isolation = await probeIsolation('off');
  expect(isolation).toMatchObject({ confinement: 'none' });
  expect('warning' in isolation && isolation.warning).toContain('not isolated from each other');
});

test('what the machine can do decides, and a server without it is told how to get it', async () => {
  const isolation = await probeIsolation('auto');
  if (await works) {
    expect(isolation).toEqual({ confinement: 'bubblewrap' });
  } else {
    expect('warning' in isolation && isolation.warning).toMatch(/bubblewrap is not installed|user namespaces/);
  }
});

test('required isolation is had or the server does not start', async () => {
  const required = probeIsolation('require');
  if (await works) expect(await required).toEqual({ confinement: 'bubblewrap' });
  else await expect(required).rejects.toThrow('SESSION_ISOLATION is "require"');
});
