import { join } from 'node:path';
import { Person } from '@claude-webui/testing/cluster/edge';
import {
  DEFINITIONS,
  RELEASE,
  get,
  helm,
  install,
  loadImages,
  removeAll,
  run,
  secret,
  session,
  settled,
  upgrade,
} from '@claude-webui/testing/cluster/kubernetes';
import { Flood } from '../flood';

/** Of the main branch, from before definitions had versions. Its images are built once for each machine. */
const COMMIT = 'd00123b';
const IMAGES = ['gateway', 'operator', 'session-runner', 'session-shell', 'web'];
/** Images are built from nothing, and loaded. */
const PREPARATION_MS = 3_600_000;
const SHELL = 'sessions.template=shell';

interface Definition {
  metadata: { generation: number; annotations?: Record<string, string> };
}

/** What people may still run, upgraded to today's while output flows, and taken back. */
export function earlierReleaseScenario(): void {
  beforeAll(async () => {
    const folder = (await run('hack/earlier-release', [COMMIT])).trim();
    await loadImages(...IMAGES.map((name) => `claude-webui/${name}:${COMMIT}`));
    await removeAll();
    const image = `sessions.templates.shell.image=claude-webui/session-shell:${COMMIT}`;
    await install(join(folder, 'charts/claude-webui'), `image.tag=${COMMIT}`, image, SHELL);
  }, PREPARATION_MS);
  afterAll(removeAll);

  const signIn = async () => Person.signIn({ password: await secret(`${RELEASE}-administrator`, 'password') });
  const definitions = () =>
    Promise.all(
      DEFINITIONS.map(async (name) => {
        const { metadata } = await get<Definition>('customresourcedefinition', `${name}.claude-webui.io`);
        const version = Number(metadata.annotations?.['claude-webui.io/schema-version'] ?? 0);
        return { name, version, generation: metadata.generation };
      }),
    );
  const podOf = async (id: string) => (await session(id)).status?.podName;

  /** Nothing is lost or doubled of what flows meanwhile, and another session is afterwards as it was. */
  async function expectUnharmed(step: () => Promise<void>): Promise<void> {
    const person = await signIn();
    const [flowing, resting] = [await person.shell(), await person.shell()];
    const all = [flowing, resting];
    resting.client.type('kept=by-the-shell\n');
    const before = await Promise.all(all.map(({ id }) => podOf(id)));
    const flood = await Flood.start(flowing.client);
    await step();
    await flood.expectWhole();
    resting.client.type('echo it-was-"$kept"\n');
    await resting.client.shows('it-was-by-the-shell');
    expect(await Promise.all(all.map(({ id }) => podOf(id)))).toEqual(before);
    for (const { client } of all) client.close();
    const again = await signIn();
    const back = again.open(resting.id);
    await back.shows('it-was-by-the-shell');
    back.close();
    await Promise.all(all.map(({ id }) => again.end(id)));
    const { id, client } = await again.shell();
    client.close();
    await again.end(id);
  }

  test('an upgrade loses no byte, its sessions go on, and it brings the definitions of today', async () => {
    expect((await definitions()).map(({ version }) => version)).toEqual([0, 0]);
    await expectUnharmed(() => upgrade(SHELL));
    for (const { version } of await definitions()) expect(version).toBeGreaterThan(0);
  });

  test('a rollback loses no byte, its sessions go on, and the definitions stay as the later release has made them', async () => {
    const before = await definitions();
    await expectUnharmed(async () => {
      await helm('rollback', RELEASE, '--wait', '--timeout', '10m');
      await settled();
    });
    expect(await definitions()).toEqual(before);
  });
}
