/** `docker compose up`, as people run it, with a real browser and the real CLI. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '@claude-webui/testing/page/browser';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { call, handshake } from './edge-client';
import { alertmanagers, ruleHealth, targets } from './prometheus';
import { ROOT, startStack } from './stack';
import type { Stack } from './stack';

/** A container's process is started again at once; docker waits longer each time, and then it has to become healthy. */
const RECOVERY_MS = 90_000;
/** Two scrapes and an evaluation. */
const SCRAPED_MS = 60_000;

let stack: Stack;
let browser: Browser;
let password: string;

beforeAll(async () => {
  // Otherwise a host without user namespaces would pass with sessions that are not apart.
  stack = await startStack({ COMPOSE_PROFILES: 'observability', SESSION_ISOLATION: 'require' });
  password = /Sign in as "admin" with the password (\S+)/.exec(await stack.logs('claude-webui-server'))?.[1] ?? '';
  browser = await launchBrowser([]);
}, 300_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
}, 60_000);

async function signIn(): Promise<WorkbenchPage> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1100, height: 700 } });
  return WorkbenchPage.signIn(await context.newPage(), stack.url, { username: 'admin', password });
}

async function accessToken(): Promise<string> {
  const answer = await call(`${stack.url}/auth/login`, {
    method: 'POST',
    ca: stack.ca,
    headers: { origin: stack.url },
    body: { username: 'admin', password },
  });
  if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${answer.body}`);
  return (JSON.parse(answer.body) as { token: string }).token;
}

describe('the first start', () => {
  test('prints the password of the administrator once', async () => {
    expect(password).not.toBe('');
    const logs = await Promise.all((await stack.services()).map((service) => stack.logs(service)));
    expect(logs.join('\n').split(password)).toHaveLength(2);
  });

  test('makes an authority and a certificate that clients with that authority trust', async () => {
    expect((await call(`${stack.url}/health`, { ca: stack.ca })).status).toBe(200);
    await expect(call(`${stack.url}/health`)).rejects.toThrow(/certificate|self.signed/i);
  });

  test('a second one changes no certificate, key or password', async () => {
    const look = () =>
      stack.exec('nginx', 'sh', '-c', 'cat /etc/claude-webui/tls/server.crt | openssl x509 -noout -fingerprint');
    const before = await look();
    await stack.up();
    expect(await look()).toBe(before);
    await accessToken();
  });
});

test('a person signs in through nginx, prompts the real CLI and reads the answer', async () => {
  const workbench = await signIn();
  await workbench.ready();
  await workbench.prompt('say: hello through the edge');
  await workbench.sees('● hello through the edge');
  await workbench.page.context().close();
});

test('a session sees none of the keys, logs and processes of the server', async () => {
  const workbench = await signIn();
  await workbench.ready();
  await workbench.type('! ls /etc/claude-webui /app/logs /var/lib/claude-webui; ls -d /proc/[0-9]* | wc -l; id -u');
  await workbench.page.keyboard.press('Enter');
  await workbench.sees("cannot access '/etc/claude-webui'");
  await workbench.sees("cannot access '/app/logs'");
  await workbench.sees("cannot access '/var/lib/claude-webui'");
  const text = await workbench.text();
  expect(text).not.toContain('jwt');
  await workbench.page.context().close();
});

describe('the edge', () => {
  test.each(['-tls1', '-tls1_1'])('refuses %s', async (version) => {
    // Without this level the client itself would not offer it.
    const said = await handshake(stack.httpsPort, version, '-cipher', 'ALL:@SECLEVEL=0');
    expect(said).toMatch(/alert protocol version|alert number 70/);
  });

  test.each([
    ['-tls1_2', 'TLSv1.2'],
    ['-tls1_3', 'TLSv1.3'],
  ])('takes %s', async (option, version) => {
    expect(await handshake(stack.httpsPort, option)).toMatch(new RegExp(`New, ${version}, Cipher is \\w`));
  });

  test.each([
    'AES128-SHA',
    'AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-ECDSA-AES256-SHA384',
    'NULL',
    'aNULL',
  ])('of TLS 1.2 it refuses %s', async (cipher) => {
    const said = await handshake(stack.httpsPort, '-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`);
    expect(said).toMatch(/alert handshake failure|alert number 40/);
  });

  test('gives every kind of answer the security headers, each once', async () => {
    const paths = [
      '/',
      '/health',
      '/api/v1/sessions',
      '/metrics',
      '/nothing-here',
      '/socket.io/?EIO=4&transport=polling',
    ];
    for (const path of paths) {
      const { headers, rawHeaders } = await call(stack.url + path, { ca: stack.ca });
      expect({ path, ...headers }).toMatchObject({
        path,
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
        server: 'nginx',
      });
      const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
      const doubled = names.filter((name, at) => name !== 'set-cookie' && names.indexOf(name) !== at);
      expect({ path, doubled }).toEqual({ path, doubled: [] });
    }
  });

  test('sends plain HTTP to HTTPS, at its own port', async () => {
    const { status, headers } = await call(`${stack.httpUrl}/s?x=1`);
    expect(status).toBe(308);
    expect(headers['location']).toBe(`${stack.url}/s?x=1`);
  });

  test.each(['/metrics', '/llm/v1/messages', '/ready', '/stub_status'])('does not route %s', async (path) => {
    expect((await call(stack.url + path, { ca: stack.ca })).status).toBe(404);
  });

  test('does not tell a browser that a page of another version is still good', async () => {
    const first = await call(stack.url, { ca: stack.ca });
    expect(first.headers['cache-control']).toBe('no-cache');
    expect(first.headers['etag'] ?? first.headers['last-modified']).toBeUndefined();
    const again = await call(stack.url, { ca: stack.ca, headers: { 'if-modified-since': new Date().toUTCString() } });
    expect(again.status).toBe(200);
  });

  test('counts sign-in failures by the address it sees, not by one that the client claims', async () => {
    const answer = await call(`${stack.url}/auth/login`, {
      method: 'POST',
      ca: stack.ca,
      headers: { origin: stack.url, 'x-forwarded-for': '192.0.2.7' },
      body: { username: 'nobody', password: 'wrong password here' },
    });
    expect(answer.status).toBe(401);
    const audit = await stack.exec('claude-webui-server', 'cat', '/app/logs/audit.jsonl');
    expect(audit).toContain('auth.sign-in-failed');
    expect(audit).not.toContain('192.0.2.7');
  });

  test.each(['/nothing-here', '/assets/nothing.js', '/s/%E0%A4%A', '/%ff%'])(
    'a browser that opens %s gets a page that leads home',
    async (path) => {
      const { status, headers, body } = await call(stack.url + path, { ca: stack.ca });
      expect([400, 404]).toContain(status);
      expect(headers['content-type']).toContain('text/html');
      expect(body).toContain('<a href="/">');
      const [, style = ''] = /rel="stylesheet" href="([^"]+)"/.exec(body) ?? [];
      expect((await call(stack.url + style, { ca: stack.ca })).headers['content-type']).toContain('text/css');
    },
  );

  test('while the page’s server is away, a browser is told to try again, with the security headers', async () => {
    await stack.stop('claude-webui-client');
    const { status, headers, body } = await call(stack.url, { ca: stack.ca });
    await stack.up();
    // The kernel says that nobody has the address any more, or nginx is tired of waiting for that.
    expect([502, 504]).toContain(status);
    expect(headers).toMatchObject({
      'content-type': expect.stringContaining('text/html') as string,
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    expect(body).toContain('Try again');
  });

  test('refuses a socket from a page of another origin', async () => {
    const { status } = await call(`${stack.url}/socket.io/?EIO=4&transport=polling`, {
      ca: stack.ca,
      headers: { origin: 'https://evil.example' },
    });
    expect(status).toBe(403);
  });
});

describe('what is open', () => {
  test('only nginx is published', async () => {
    const published: string[] = [];
    for (const service of await stack.services()) {
      const { NetworkSettings } = await stack.inspect(service);
      if (Object.values(NetworkSettings.Ports).some((bindings) => (bindings ?? []).length > 0)) published.push(service);
    }
    expect(published).toEqual(['nginx']);
  });

  test('Redis is out of reach for all but the server, and asks for a password', async () => {
    await expect(stack.exec('nginx', 'curl', '-sS', '--max-time', '5', 'telnet://redis:6379')).rejects.toThrow(
      /Could not resolve/,
    );
    expect(await stack.exec('redis', 'sh', '-c', 'redis-cli ping')).toContain('NOAUTH');
  });

  test('services are bounded, without capabilities, on read-only file systems, and not root', async () => {
    for (const service of (await stack.services()).filter((name) => name !== 'fake-anthropic')) {
      const { Config, HostConfig } = await stack.inspect(service);
      expect({ service, user: Config.User }).toEqual({
        service,
        user: service === 'cadvisor' ? '0:0' : (expect.stringMatching(/^(10001|65534):/) as string),
      });
      expect({ service, ...HostConfig }).toMatchObject({
        service,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        Privileged: false,
        SecurityOpt: expect.arrayContaining([expect.stringMatching(/^no-new-privileges/)]) as string[],
      });
      expect(HostConfig.Memory).toBeGreaterThan(0);
      expect(HostConfig.NanoCpus).toBeGreaterThan(0);
      expect(HostConfig.PidsLimit).toBeGreaterThan(0);
      expect(HostConfig.Ulimits?.map(({ Name }) => Name)).toContain('nofile');
    }
  });

  test('the server has no capability, and cannot gain any', async () => {
    const status = await stack.exec('claude-webui-server', 'cat', '/proc/1/status');
    expect(status).toMatch(/CapEff:\s+0{16}/);
    expect(status).toMatch(/CapBnd:\s+0{16}/);
    expect(status).toMatch(/NoNewPrivs:\s+1/);
    await expect(stack.exec('claude-webui-server', 'touch', '/usr/x')).rejects.toThrow(/Read-only/);
  });
});

describe('metrics', () => {
  test('Prometheus reads every target, and its rules', async () => {
    await eventually(
      async () => (await targets(stack)).every(({ health }) => health === 'up'),
      async () => JSON.stringify(await targets(stack)),
      SCRAPED_MS,
    );
    const jobs = (await targets(stack)).map(({ job }) => job).sort();
    expect(jobs).toEqual(['cadvisor', 'gateway', 'nginx', 'node', 'prometheus']);
    await eventually(
      async () => {
        const rules = await ruleHealth(stack);
        return rules.length > 0 && rules.every(({ health }) => health === 'ok');
      },
      async () => JSON.stringify(await ruleHealth(stack)),
      SCRAPED_MS,
    );
    expect(await alertmanagers(stack)).toBe(1);
  });
});

describe('a process that is killed', () => {
  /** Kills the container's first process, as the kernel would; docker's own kill would not start it again. */
  async function kill(service: string): Promise<void> {
    const before = await stack.inspect(service);
    process.kill(before.State.Pid, 'SIGKILL');
    await eventually(
      async () => {
        const { State } = await stack.inspect(service);
        return State.StartedAt !== before.State.StartedAt && (State.Health?.Status ?? 'healthy') === 'healthy';
      },
      async () => `${service} does not come back:\n${await stack.logs(service)}`,
      RECOVERY_MS,
    );
  }

  test.each(['nginx', 'redis', 'claude-webui-client'])(
    '%s comes back, and a session that was open goes on',
    async (service) => {
      const workbench = await signIn();
      await workbench.ready();
      await kill(service);
      await workbench.prompt(`say: ${service} is back`);
      await workbench.sees(`● ${service} is back`, RECOVERY_MS);
      await workbench.page.context().close();
      await (await signIn()).page.context().close();
    },
  );

  test('the server comes back; its sessions are gone, and a new one starts', async () => {
    await kill('claude-webui-server');
    const workbench = await signIn();
    await workbench.button('New session').click();
    await workbench.button('Start').click();
    await workbench.ready();
    await workbench.prompt('say: begun anew');
    await workbench.sees('● begun anew');
    await workbench.page.context().close();
  });

  test.each(['prometheus', 'alertmanager', 'nginx-exporter', 'node-exporter', 'cadvisor'])(
    '%s comes back',
    async (service) => {
      await kill(service);
    },
  );

  test('leaves an audit log without a gap', async () => {
    const said = await stack.exec('claude-webui-server', 'claude-webui', 'audit', 'verify', '/app/logs/audit.jsonl');
    expect(said).toContain('OK: ');
  });
});

test('.env.example explains every variable of the Compose file, and no other', () => {
  const namesIn = (file: string, pattern: RegExp) =>
    new Set(Array.from(readFileSync(join(ROOT, file), 'utf8').matchAll(pattern), (match) => match[1] ?? ''));
  const explained = namesIn('.env.example', /^([A-Z_]+)=/gm);
  explained.delete('COMPOSE_PROFILES');
  expect([...explained].sort()).toEqual([...namesIn('docker-compose.yml', /\$\{([A-Z_]+)/g)].sort());
});
