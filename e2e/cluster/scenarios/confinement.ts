import type { TerminalClient } from '../../system/terminal-client';
import { Person } from '../edge';
import { get, NAMESPACE, podsOf, session, SESSIONS, upgrade } from '../kubernetes';
import type { Pod } from '../kubernetes';

/** Kubernetes' own way to a cloud's metadata service. */
const METADATA = '169.254.169.254';

/** What a person tries who has a shell in a session. */
export function confinementScenario(): void {
  let person: Person;
  let inside: { id: string; client: TerminalClient };
  let asked = 0;

  beforeAll(async () => {
    await upgrade('sessions.template=shell');
    person = await Person.signIn();
    inside = await person.shell();
  });
  afterAll(async () => {
    inside.client.close();
    await person.endAll();
  });

  /** What a command says. */
  async function says(command: string): Promise<string> {
    asked += 1;
    inside.client.type(`echo "b""egin${asked}"; ${command}; echo "e""nd${asked}"\n`);
    await inside.client.shows(`end${asked}`);
    return inside.client.between(`begin${asked}`, `end${asked}`).trim();
  }

  const reaches = async (host: string, port: number) =>
    (await says(`timeout 4 bash -c '</dev/tcp/${host}/${port}' 2>/dev/null && echo open || echo shut`)) === 'open';

  const serviceAddress = async (namespace: string, name: string) =>
    (await get<{ spec: { clusterIP: string } }>('--namespace', namespace, 'service', name)).spec.clusterIP;

  test("reaches the gateway's internal port: what else is shut is not shut by mistake", async () => {
    expect(await reaches(await serviceAddress(NAMESPACE, 'terminal-gateway-internal'), 3002)).toBe(true);
  });

  test.each([
    ['the API server', async () => [await serviceAddress('default', 'kubernetes'), 443]],
    ['the metadata service of a cloud', () => Promise.resolve([METADATA, 80])],
    ['Redis', async () => [await serviceAddress(NAMESPACE, 'terminal-redis'), 6379]],
    ["the gateway's public port", async () => [(await podsOf('gateway'))[0]?.status.podIP, 3001]],
    ['the web client', async () => [await serviceAddress(NAMESPACE, 'terminal-web'), 3000]],
    [
      'the model provider behind the proxy',
      async () => [await serviceAddress('fake-anthropic', 'fake-anthropic'), 4010],
    ],
    ["the operator's metrics", async () => [(await podsOf('operator'))[0]?.status.podIP, 8080]],
  ] as [string, () => Promise<[string, number]>][])('does not reach %s', async (_name, address) => {
    expect(await reaches(...(await address()))).toBe(false);
  });

  test('does not reach another session', async () => {
    const other = await person.shell();
    const { status } = await session(other.id);
    const pod = await get<Pod>('--namespace', SESSIONS, 'pod', status?.podName ?? '');
    for (const port of [7681, 9464]) expect(await reaches(pod.status.podIP ?? '', port)).toBe(false);
    other.client.close();
    await person.end(other.id);
  });

  test('is nobody, and can become nobody else', async () => {
    expect(await says('id -u')).toBe('10001');
    const status = await says("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'");
    expect(status.split('\r\n').sort()).toEqual(
      ['CapBnd:0000000000000000', 'CapEff:0000000000000000', 'NoNewPrivs:1', 'Seccomp:2'].sort(),
    );
  });

  test.each(['/', '/usr/bin', '/etc', '/app', '/var/lib', '/run'])('cannot write to %s', async (path) => {
    expect(await says(`touch ${path}/x 2>/dev/null && echo written || echo refused`)).toBe('refused');
  });

  test('has no token of a service account and no secret in its environment', async () => {
    expect(await says('ls /var/run/secrets 2>/dev/null | wc -l')).toBe('0');
    expect(await says("env | grep -ciE 'sk-ant|key-of-the-cluster|password|secret'")).toBe('0');
  });
}
