import { randomBytes } from 'node:crypto';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { Person } from '@claude-webui/testing/cluster/edge';
import { get, kubectl, onNode, session, SESSIONS, upgrade } from '@claude-webui/testing/cluster/kubernetes';

const START_TIMEOUT_MS = 180_000;
/** Keys that come in one piece would be taken for a paste. */
const KEY_EVERY_MS = 50;

interface Volume {
  spec: { hostPath?: { path: string }; claimRef?: { namespace: string } };
}

/** The real CLI with a workspace that outlives its pod. */
export function suspendScenario(): void {
  let person: Person;

  beforeAll(async () => {
    await upgrade('sessions.template=persistent');
    person = await Person.signIn();
    await openVolume();
  });
  afterAll(() => person.endAll());

  test('files are there again, and the conversation goes on', async () => {
    // A volume that is kept between runs has other conversations in it.
    const fruit = `mango-${randomBytes(3).toString('hex')}`;
    const id = await person.newSession();
    const before = person.open(id);
    // The CLI moves its cursor between words: only what is one word is found in its bytes.
    await before.shows('shortcuts');
    const type = async (client: typeof before, text: string) => {
      client.forget();
      for (const key of text) {
        client.type(key);
        await new Promise((resolve) => setTimeout(resolve, KEY_EVERY_MS));
      }
      client.type('\r');
    };
    await type(before, '!echo kept-$((6*7)) > kept.txt; cat kept.txt');
    await before.shows('kept-42');
    // The CLI tells the model of it, whose answer is not the next one's.
    await before.shows('said');
    await type(before, fruit);
    await before.shows('said');
    await kubectl(
      ...['--namespace', SESSIONS, 'patch', 'claudesession', id, '--type', 'merge'],
      ...['--patch', JSON.stringify({ spec: { suspend: true } })],
    );
    // A page that is still open is told so, and does not undo it.
    await before.waitsFor('suspended');
    before.close();
    expect((await session(id)).status?.phase).toBe('Suspended');

    const after = person.open(id);
    await after.shows(fruit);
    await after.shows('shortcuts');
    await type(after, '!cat kept.txt');
    await after.shows('kept-42');
    await after.shows('said');
    await type(after, 'and-it-goes-on');
    await after.shows('said');
    after.close();
  });

  /**
   * A volume that is a directory of the node, as the cluster's provisioner may make it, knows no fsGroup: the first session in it
   * makes it, and then everybody is let in.
   */
  async function openVolume(): Promise<void> {
    const first = await person.newSession();
    const volumes = async () => {
      const { items } = await get<{ items: Volume[] }>('persistentvolumes');
      return items.filter(({ spec }) => spec.claimRef?.namespace === SESSIONS);
    };
    // The volume is known before its directory is there.
    const open = async ({ spec }: Volume) => {
      if (spec.hostPath === undefined) return true;
      return onNode('chmod', '0777', spec.hostPath.path).then(
        () => true,
        () => false,
      );
    };
    await eventually(
      async () => {
        const made = await Promise.all((await volumes()).map(open));
        return made.length > 0 && made.every(Boolean);
      },
      async () => `no volume is made that can be opened: ${JSON.stringify(await volumes())}`,
      START_TIMEOUT_MS,
    );
    await person.end(first).catch(() => undefined);
    await eventually(
      async () => ['Ended', 'Failed', undefined].includes((await session(first).catch(() => null))?.status?.phase),
      () => 'the first session does not end',
      START_TIMEOUT_MS,
    );
  }
}
