import { URL_OF_EDGE } from '@claude-webui/testing/cluster/address';
import { Person } from '@claude-webui/testing/cluster/edge';
import { apply, kubectl, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { eventually } from '@claude-webui/testing/page/workbench-page';

const SECURITY_HEADERS = [
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
];

/** What the edge lets in, by an Ingress and by an HTTPRoute. */
export function edgeScenario(): void {
  const status = async (path: string) => (await fetch(URL_OF_EDGE + path, { redirect: 'manual' })).status;

  async function expectRoutes(): Promise<void> {
    expect(await status('/')).toBe(200);
    expect(await status('/auth/methods')).toBe(200);
    expect(await status('/api/v1/sessions')).toBe(401);
    expect(await status('/socket.io/?EIO=4&transport=polling')).toBe(200);
    await eventually(
      async () => (await status('/health')) === 200,
      async () => `nothing says at /health that it is alive, but ${await status('/health')}`,
    );
    for (const path of ['/metrics', '/ready', '/llm/v1/messages', '/v1/metrics', '/v1/logs'])
      expect(`${path} ${await status(path)}`).toBe(`${path} 404`);
  }

  test('routes to the public paths and to nothing else', expectRoutes);

  test.each(['/', '/auth/methods'])('%s has every security header', async (path) => {
    const { headers } = await fetch(URL_OF_EDGE + path);
    for (const name of SECURITY_HEADERS) expect(`${name}: ${headers.get(name)}`).not.toContain('null');
  });

  async function expectRedirect(): Promise<void> {
    const response = await fetch('http://terminal.test/', { redirect: 'manual' });
    expect([301, 302, 307, 308]).toContain(response.status);
    expect(response.headers.get('location')).toBe('https://terminal.test/');
  }

  test('sends plain HTTP to TLS', expectRedirect);

  test('has the same routes by an HTTPRoute, without the Ingress', async () => {
    await apply([GATEWAY]);
    await upgrade(
      ...['ingress.enabled=false', 'httpRoute.enabled=true', 'sessions.template=shell'],
      ...['httpRoute.parentRefs[0].name=edge', 'httpRoute.parentRefs[0].sectionName=https'],
      ...['httpRoute.redirectFrom[0].name=edge', 'httpRoute.redirectFrom[0].sectionName=http'],
    );
    const routed = async () => (await status('/').catch(() => 0)) === 200;
    await eventually(routed, () => 'the HTTPRoute does not lead anywhere', 60_000);
    await expectRoutes();
    const { headers } = await fetch(`${URL_OF_EDGE}/`);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    await expectRedirect();
    const person = await Person.signIn();
    const { id, client } = await person.shell();
    client.close();
    await person.end(id);
    await upgrade();
    await kubectl('--namespace', 'claude-webui', 'delete', 'gateway', 'edge');
    await eventually(routed, () => 'the Ingress does not lead anywhere', 60_000);
  });
}

/** Of the controller that hack/kind-up has installed; its entry points are 8443 and 8000 inside, 443 and 80 at the node. */
const GATEWAY = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge', namespace: 'claude-webui' },
  spec: {
    gatewayClassName: 'traefik',
    listeners: [
      {
        name: 'https',
        protocol: 'HTTPS',
        port: 8443,
        hostname: 'terminal.test',
        tls: { mode: 'Terminate', certificateRefs: [{ name: 'terminal-tls' }] },
      },
      { name: 'http', protocol: 'HTTP', port: 8000, hostname: 'terminal.test' },
    ],
  },
};
