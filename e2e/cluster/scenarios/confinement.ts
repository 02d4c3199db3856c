import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import { Person } from '@claude-webui/testing/cluster/edge';
import { get, NAMESPACE, onNode, podsOf, session, SESSIONS, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import type { Pod } from '@claude-webui/testing/cluster/kubernetes';
import { METADATA, startMetadataService, stopMetadataService } from '../metadata-service';
import { says } from '../says';

/** What a person tries who has a shell in a session. */
export function confinementScenario(): void {
  let person: Person;
  let inside: { id: string; client: TerminalClient };

  beforeAll(async () => {
    await startMetadataService();
    await upgrade('sessions.template=shell');
    person = await Person.signIn();
    inside = await person.shell();
  });
  afterAll(async () => {
    inside.client.close();
    await person.endAll();
    await stopMetadataService();
  });

  const tries = (host: string, port: number) =>
    `timeout 4 bash -c '</dev/tcp/${host}/${port}' 2>/dev/null && echo open || echo shut`;

  const reaches = async (host: string, port: number) => (await says(inside.client, tries(host, port))) === 'open';

  /** And it is there: the node, which no policy confines, reaches it. */
  async function expectShut(host: string | undefined, port: number): Promise<void> {
    if (host === undefined) throw new Error('there is no such address');
    expect((await onNode('bash', '-c', tries(host, port))).trim()).toBe('open');
    expect(await reaches(host, port)).toBe(false);
  }

  const serviceAddress = async (namespace: string, name: string) =>
    (await get<{ spec: { clusterIP: string } }>('--namespace', namespace, 'service', name)).spec.clusterIP;

  test("reaches the gateway's internal port: what else is shut is not shut by mistake", async () => {
    expect(await reaches(await serviceAddress(NAMESPACE, 'terminal-gateway-internal'), 3002)).toBe(true);
  });

  test.each([
    ['the API server', async () => [await serviceAddress('default', 'kubernetes'), 443]],
    ['the metadata service of a cloud', () => Promise.resolve([METADATA.address, METADATA.port])],
    ['Redis', async () => [await serviceAddress(NAMESPACE, 'terminal-redis'), 6379]],
    ["the gateway's public port", async () => [(await podsOf('gateway'))[0]?.status.podIP, 3001]],
    ['the web client', async () => [await serviceAddress(NAMESPACE, 'terminal-web'), 3000]],
    [
      'the model provider behind the proxy',
      async () => [await serviceAddress('fake-anthropic', 'fake-anthropic'), 4010],
    ],
    ["the operator's metrics", async () => [(await podsOf('operator'))[0]?.status.podIP, 8080]],
  ] as [string, () => Promise<[string | undefined, number]>][])('does not reach %s', async (_name, address) => {
    await expectShut(...(await address()));
  });

  test('does not reach another session', async () => {
    const other = await person.shell();
    const { status } = await session(other.id);
    const pod = await get<Pod>('--namespace', SESSIONS, 'pod', status?.podName ?? '');
    for (const port of [7681, 9464]) await expectShut(pod.status.podIP, port);
    other.client.close();
    await person.end(other.id);
  });

  test('is nobody, and can become nobody else', async () => {
    expect(await says(inside.client, 'id -u')).toBe('10001');
    const status = await says(
      inside.client,
      "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'",
    );
    expect(status.split('\r\n').sort()).toEqual(
      ['CapBnd:0000000000000000', 'CapEff:0000000000000000', 'NoNewPrivs:1', 'Seccomp:2'].sort(),
    );
  });

  test('has a root that is mounted to be read', async () => {
    expect(await says(inside.client, "grep -E '^[^ ]+ / ' /proc/mounts")).toMatch(/ ro[, ]/);
  });

  test.each(['/', '/usr/bin', '/etc', '/app', '/var/lib', '/run'])('cannot write to %s', async (path) => {
    expect(await says(inside.client, `touch ${path}/x 2>/dev/null && echo written || echo refused`)).toBe('refused');
  });

  test('has no token of a service account and no secret in its environment', async () => {
    expect(await says(inside.client, 'ls /var/run/secrets 2>/dev/null | wc -l')).toBe('0');
    expect(await says(inside.client, "env | grep -ciE 'sk-ant|key-of-the-cluster|password|secret'")).toBe('0');
  });
}
