/** Each provider as it is: a real endpoint of Secrets Manager, real files with the kubelet's links. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeUnless } from '@claude-webui/testing/unless';
import { MotoProcess, noMoto } from '@claude-webui/testing/processes/moto-process';
import { loadConfig } from '../config/config';
import { AwsProvider } from './aws-provider';
import { FileProvider } from './file-provider';
import { providerOf } from './open-secrets';
import { MountedSecret } from './testing/mounted-secret';

describe('the environment', () => {
  test('gives what was set, in the shapes that secrets have everywhere', async () => {
    const secret = 'q7Jm2xVw9sKdT4ZbN8rYcH3fLgP6aEuR1oWi5MvBnXk=';
    const { source } = loadConfig({ JWT_SECRET: secret, ANTHROPIC_AUTH_TOKEN: 'abc' }).secrets;
    const provider = providerOf(source);
    const { active, keys } = JSON.parse((await provider.read('jwt')) ?? '') as { active: string; keys: object };
    expect(keys).toEqual({ [active]: secret });
    expect(JSON.parse((await provider.read('anthropic')) ?? '')).toEqual({ authToken: 'abc' });
    expect(await provider.read('users')).toBeNull();
  });
});

describe('files', () => {
  let mounted: MountedSecret;
  let provider: FileProvider;
  beforeEach(() => {
    mounted = new MountedSecret({ jwt: 'one' });
    provider = new FileProvider(mounted.directory);
  });
  afterEach(() => {
    provider.close();
    mounted.close();
  });

  test('are read through the links of a mounted Secret, and none is null', async () => {
    expect(await provider.read('jwt')).toBe('one');
    expect(await provider.read('users')).toBeNull();
  });

  test('tell that they have changed', async () => {
    const changed = new Promise<void>((resolve) => provider.watch(resolve));
    mounted.put({ jwt: 'two' });
    await changed;
    expect(await provider.read('jwt')).toBe('two');
  });

  test('are never half old and half new, however often they are swapped', async () => {
    const seen = new Set<string>();
    const over = new AbortController();
    const reader = (async () => {
      while (!over.signal.aborted) seen.add((await provider.read('jwt').catch(() => null)) ?? 'none');
    })();
    for (let n = 0; n < 200; n += 1) {
      mounted.put({ jwt: `${n}`.repeat(5000) });
      await new Promise(setImmediate);
    }
    over.abort();
    await reader;
    for (const text of seen) expect(text).toMatch(/^(?:none|one|(\d{1,3})(?:\1){4999})$/);
    expect(seen.size).toBeGreaterThan(5);
  });

  test('that are not there, too large or no files are said so', async () => {
    await expect(new FileProvider('/nowhere/secrets').read('jwt')).rejects.toThrow(
      'The directory /nowhere/secrets is not there. Mount the secrets there, or set SECRETS_DIR.',
    );
    mounted.put({ users: 'x'.repeat(1024 * 1024 + 1) });
    await expect(provider.read('users')).rejects.toThrow('is larger than');
    const directory = mkdtempSync(join(tmpdir(), 'secrets-'));
    writeFileSync(join(directory, 'jwt'), 'x');
    await expect(new FileProvider(join(directory, 'jwt')).read('jwt')).rejects.toThrow(/cannot be read \(ENOTDIR\)/);
    chmodSync(join(directory, 'jwt'), 0o000);
    if (process.getuid?.() !== 0) await expect(new FileProvider(directory).read('jwt')).rejects.toThrow('(EACCES)');
    rmSync(directory, { recursive: true });
  });
});

describeUnless(noMoto, 'AWS Secrets Manager', () => {
  const before = { ...process.env };
  let moto: MotoProcess;
  beforeAll(async () => {
    moto = await MotoProcess.start();
  });
  afterAll(() => moto.kill());
  beforeEach(() => {
    Object.assign(process.env, moto.env);
  });
  afterEach(() => {
    process.env = { ...before };
  });

  const provider = () => new AwsProvider({ region: 'eu-central-1', endpoint: moto.url, prefix: 'claude-webui/' });

  test('gives the newest version, and null for what is not there', async () => {
    await moto.put('claude-webui/jwt', 'one');
    await moto.put('claude-webui/jwt', 'two');
    expect(await provider().read('jwt')).toBe('two');
    expect(await provider().read('users')).toBeNull();
  });

  test('says that a secret is marked for deletion, and how to get it back', async () => {
    await moto.put('claude-webui/anthropic', 'x');
    await moto.delete('claude-webui/anthropic');
    await expect(provider().read('anthropic')).rejects.toThrow('it is marked for deletion');
  });

  test('says that there are no credentials', async () => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    Object.assign(process.env, { AWS_SHARED_CREDENTIALS_FILE: '/nowhere', AWS_CONFIG_FILE: '/nowhere' });
    await expect(provider().read('jwt')).rejects.toThrow('there are no AWS credentials. Give the gateway a role');
  });

  test('says that it does not answer', async () => {
    const nobody = new AwsProvider({
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:9',
      prefix: 'claude-webui/',
    });
    await expect(nobody.read('jwt')).rejects.toThrow(
      'The secret claude-webui/jwt of AWS Secrets Manager in eu-central-1 cannot be read: Secrets Manager does not answer (',
    );
  });
});
