import type { TerminalClient } from '../../system/terminal-client';
import { eventually } from '../../system/workbench-page';
import { Person } from '../edge';
import { session, upgrade } from '../kubernetes';

const END_TIMEOUT_MS = 180_000;
const FORK_BOMB = ':(){ :|:& };:';

/** Bombs, each in a session of its own beside one that must not notice. */
export function resourcesScenario(): void {
  let person: Person;
  let neighbour: { id: string; client: TerminalClient };

  beforeAll(async () => {
    await upgrade('sessions.template=shell');
    person = await Person.signIn();
    neighbour = await person.shell();
  });
  afterAll(async () => {
    neighbour.client.close();
    await person.endAll();
  });

  async function expectNeighbourWell(name: string): Promise<void> {
    neighbour.client.type(`echo w""ell-${name}\n`);
    await neighbour.client.shows(`well-${name}`);
    expect(neighbour.client.phases).not.toContain('ended');
  }

  /** How a session ends that does this, in the words that its person is told. */
  async function endOf(command: string): Promise<string | undefined> {
    const { id, client } = await person.shell();
    client.type(`${command}\n`);
    await eventually(
      () => client.phases.includes('ended'),
      async () => `the session has not ended: ${JSON.stringify((await session(id)).status)}`,
      END_TIMEOUT_MS,
    );
    client.close();
    return client.end?.reason;
  }

  test('memory: that session ends, and its person is told why', async () => {
    expect(await endOf('x=$(tail -c 2G /dev/zero | tr "\\\\0" x)')).toBe('out-of-memory');
    await expectNeighbourWell('memory');
  });

  test('a full disk: that session ends, and its person is told why', async () => {
    expect(await endOf('head -c 600M /dev/zero > "$HOME/fill"; sleep 600')).toBe('disk-full');
    await expectNeighbourWell('disk');
  });

  test('a fork bomb: nobody else notices, and the session can be ended', async () => {
    const { id, client } = await person.shell();
    client.type(`${FORK_BOMB}\n`);
    await expectNeighbourWell('forks');
    await person.end(id);
    await eventually(
      async () => ['Ended', 'Failed', undefined].includes((await session(id).catch(() => null))?.status?.phase),
      () => 'the session does not end',
      END_TIMEOUT_MS,
    );
    client.close();
    await expectNeighbourWell('after-forks');
  });
}
