import { Metrics } from '../metrics/metrics';
import { createLogger } from '../log';
import { FileProvider } from './file-provider';
import { LiveSecrets } from './live-secrets';
import { credentialShape } from './shapes';
import { MountedSecret } from './testing/mounted-secret';

let mounted: MountedSecret;
let secrets: LiveSecrets;
let metrics: Metrics;
let logged: string;
beforeEach(() => {
  mounted = new MountedSecret({ anthropic: 'planted-1' });
  metrics = new Metrics();
  logged = '';
  const log = createLogger('debug', { write: (line: string) => void (logged += line) });
  secrets = new LiveSecrets(new FileProvider(mounted.directory), { pollMs: 3_600_000, log, metrics });
});
afterEach(async () => {
  await secrets.close();
  mounted.close();
});

const failures = async () => (await metrics.secretReadFailures.get()).values.map(({ value }) => value);

test('a change is in use as soon as the links are swapped', async () => {
  const key = await secrets.need('anthropic', credentialShape);
  expect(key().value).toBe('planted-1');
  mounted.put({ anthropic: 'planted-2' });
  // The poll comes in an hour: only the watch can have noticed.
  while (key().value !== 'planted-2') await new Promise(setImmediate);
  expect(logged).toContain('a secret has changed and is in use');
  expect(logged).not.toContain('planted');
});

test.each([
  ['nonsense in its place', () => mounted.put({ anthropic: '{"apiKey": ["planted"]}' })],
  ['it gone', () => mounted.remove('anthropic')],
  ['everything gone', () => mounted.close()],
])('with %s the last good value goes on, with one warning, and counted each time', async (_what, spoil) => {
  const key = await secrets.need('anthropic', credentialShape);
  spoil();
  const before = (await failures())[0] ?? 0;
  await secrets.readAgain();
  await secrets.readAgain();
  expect(key().value).toBe('planted-1');
  expect((await failures())[0]).toBeGreaterThanOrEqual(before + 2);
  expect(logged.split('its last good value goes on')).toHaveLength(2);
  expect(logged).not.toContain('planted');
  await metrics.secretLastRead.get().then(({ values }) => expect(values[0]?.value).toBeGreaterThan(1e9));
});

test('what is mended is in use again, and said once', async () => {
  const key = await secrets.need('anthropic', credentialShape);
  mounted.put({ anthropic: '' });
  await secrets.readAgain();
  mounted.put({ anthropic: 'planted-3' });
  await secrets.readAgain();
  await secrets.readAgain();
  expect(key().value).toBe('planted-3');
  expect(logged.split('a secret can be read again')).toHaveLength(2);
});

test('a secret that is needed and not there, or is no good, fails with what to do', async () => {
  await expect(secrets.need('users', credentialShape)).rejects.toThrow(/users is not there\. Write the file /);
  mounted.put({ anthropic: '{}' });
  await expect(secrets.need('anthropic', credentialShape)).rejects.toThrow(/anthropic does not look like \{"apiKey"/);
});

test('a secret that is not there may come later', async () => {
  const secret = await secrets.follow('users', credentialShape);
  expect(secret.value).toBeNull();
  mounted.put({ users: 'planted' });
  await secrets.readAgain();
  expect(secret.value).toEqual({ kind: 'api-key', value: 'planted' });
});

test('closed while it reads, it finishes, and reads no more', async () => {
  const key = await secrets.need('anthropic', credentialShape);
  mounted.put({ anthropic: 'planted-4' });
  const reading = secrets.readAgain();
  await secrets.close();
  mounted.close();
  await reading;
  expect(key().value).toBe('planted-4');
  const before = await failures();
  await secrets.readAgain();
  expect(await failures()).toEqual(before);
  expect(logged).not.toContain('cannot be read');
});
