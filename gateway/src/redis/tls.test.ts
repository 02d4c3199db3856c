/** A Redis that speaks nothing but TLS and wants a password, and the gateway's own process before it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeUnless } from '@claude-webui/testing/unless';
import { RedisProcess, noRedis } from '@claude-webui/testing/processes/redis-process';
import { PASSWORD, environmentIn } from '../testing/environment';

const MAIN = join(__dirname, '../../dist/main.js');

describeUnless(noRedis, 'Redis over TLS', () => {
  let directory: string;
  let certificate: string;
  let redis: RedisProcess;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'redis-tls-'));
    certificate = join(directory, 'cert.pem');
    const key = join(directory, 'key.pem');
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    redis = await RedisProcess.start((port) => [
      ...['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--save', '', '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
      ...['--requirepass', 'p@ss:word'],
    ]);
  });
  afterAll(async () => {
    await redis.kill();
    rmSync(directory, { recursive: true });
  });

  function start(url: string, env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...environmentIn(directory),
        PATH: process.env['PATH'],
        LOG_LEVEL: 'info',
        AUDIT_LOG: 'off',
        REDIS_URL: url,
        ...env,
      },
    });
    const running = { text: '', child, left: once(child, 'close') };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (running.text += data.toString()));
    return running;
  }

  test('is used where its certificate is trusted', async () => {
    const gateway = start(`rediss://:p%40ss%3Aword@127.0.0.1:${redis.port}`, { NODE_EXTRA_CA_CERTS: certificate });
    while (!/is at (http:\S+)/.test(gateway.text))
      await Promise.race([once(gateway.child.stderr, 'data'), gateway.left]);
    const [, base = ''] = /is at (http:\S+)/.exec(gateway.text) ?? [];
    expect((await fetch(`${base}/ready`)).status).toBe(200);
    const signIn = await fetch(`${base}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    });
    expect(signIn.status).toBe(200);
    gateway.child.kill('SIGTERM');
    await gateway.left;
    expect(gateway.text).not.toContain('p@ss:word');
  });

  test.each<[string, string, { trusted?: boolean }, RegExp]>([
    [
      'a certificate that nobody vouches for',
      'rediss://:p%40ss%3Aword@127.0.0.1',
      {},
      /does not answer \(.*self-signed certificate/,
    ],
    ['a wrong password', 'rediss://:wrong-pass@127.0.0.1', { trusted: true }, /does not answer \(.*WRONGPASS/],
  ])('is refused with %s, in a sentence', async (_what, url, { trusted = false }, sentence) => {
    const trust: Record<string, string> = trusted ? { NODE_EXTRA_CA_CERTS: certificate } : {};
    const gateway = start(`${url}:${redis.port}`, trust);
    expect(await gateway.left).toEqual([1, null]);
    expect(gateway.text).toMatch(sentence);
    expect(gateway.text).not.toMatch(/p@ss:word|wrong-pass/);
  });
});
