/** What a person whose session has ended can do next, with the real CLI. */
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

const FIRST = 'the first answer';

let stage: Stage;
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
  await stage.close();
});

/** A session with an answer in it that its person has ended from inside. */
async function ended(env: Record<string, string>): Promise<WorkbenchPage> {
  stage = await openStage(env);
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.ready();
  await workbench.prompt(`say: ${FIRST}`);
  await workbench.sees(`● ${FIRST}`);
  await leave(workbench);
  return workbench;
}

async function leave(workbench: WorkbenchPage): Promise<void> {
  await workbench.prompt('/exit');
  await workbench.notice('Claude Code has ended').waitFor();
  // Claude Code prints how to resume, which only works where the session was.
  await eventually(
    async () => !(await workbench.text()).includes('claude --resume'),
    () => 'the terminal still advises a command that cannot be run',
  );
}

/** Waits until the tab shows another session, and Claude is at its prompt in it. */
async function another(workbench: WorkbenchPage, before: string): Promise<void> {
  await workbench.page.waitForURL((url) => url.href !== before);
  await workbench.ready();
}

test('where workspaces are kept, the conversation goes on, or another begins among the same files', async () => {
  const workbench = await ended({ WORKSPACE_PERSISTENCE: 'true' });
  const { page } = workbench;
  const first = page.url();
  await workbench.button('Go on with this conversation').click();
  await another(workbench, first);
  await workbench.sees(`● ${FIRST}`);
  expect(await page.locator('.tab').count()).toBe(1);
  await page.keyboard.type('say: keys go to the new session');
  await workbench.sees('say: keys go to the new session');
  await page.keyboard.press('Enter');
  await workbench.sees('● keys go to the new session');

  await leave(workbench);
  const second = page.url();
  await workbench.button('Put this notice away').click();
  await workbench.button('Start again here').click();
  await another(workbench, second);
  expect(await workbench.text()).not.toContain(FIRST);
});

test('where workspaces go with their sessions, there is a new session', async () => {
  const workbench = await ended({});
  const first = workbench.page.url();
  expect(await workbench.button('Go on with this conversation').count()).toBe(0);
  await workbench.button('Start a new session').click();
  await another(workbench, first);
  expect(await workbench.text()).not.toContain(FIRST);
});
