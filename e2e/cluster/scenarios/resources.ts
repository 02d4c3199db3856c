import { STATUS_SENTENCES } from '@claude-webui/protocol';
import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { browserAtEdge, signInAtEdge } from '@claude-webui/testing/cluster/browser';
import { Person } from '@claude-webui/testing/cluster/edge';
import { session, upgrade } from '@claude-webui/testing/cluster/kubernetes';

const START_TIMEOUT_MS = 120_000;
const END_TIMEOUT_MS = 180_000;

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

  test.each([
    ['memory', 'out-of-memory', 'x=$(tail -c 2G /dev/zero | tr "\\\\0" x)'],
    ['a full disk', 'disk-full', 'head -c 600M /dev/zero > "$HOME/fill"; sleep 600'],
    ['a fork bomb', 'too-many-processes', ':(){ :|:& };:'],
  ] as const)('%s: that session ends alone, and the browser says in words why', async (_, reason, command) => {
    // The page opens the newest one.
    const id = await person.newSession();
    const context = await browserAtEdge();
    try {
      const page = await signInAtEdge(context);
      await page.type('echo R""EADY\n');
      await page.sees('READY', START_TIMEOUT_MS);
      await page.type(`${command}\n`);
      const notice = page.notice(STATUS_SENTENCES[reason]);
      await notice.waitFor({ timeout: END_TIMEOUT_MS }).catch(async (cause: unknown) => {
        throw new Error(`the page does not say so; the session: ${JSON.stringify((await session(id)).status)}`, {
          cause,
        });
      });
    } finally {
      await context.browser()?.close();
    }
    // Nor does it come back.
    await eventually(
      async () => (await session(id)).status?.phase === 'Failed',
      async () => `the session has not failed: ${JSON.stringify((await session(id)).status)}`,
      END_TIMEOUT_MS,
    );
    neighbour.client.type(`echo w""ell-${reason}\n`);
    await neighbour.client.shows(`well-${reason}`);
    expect(neighbour.client.phases).not.toContain('ended');
  });
}
