/** How a person starts a session: by the button, and by keys alone. */
import type { Page } from 'playwright-core';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openRawProgram, openRawStage, received } from '../system/raw-program';
import { signInByRest } from '../system/rest';
import type { Stage } from '../system/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage();
});
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});
afterAll(() => stage.close());

async function namesOfSessions(): Promise<string[]> {
  const call = await signInByRest(stage.gateway.url);
  const { sessions } = (await call('GET', '/api/v1/sessions')) as { sessions: { name: string; state: string }[] };
  return sessions.filter(({ state }) => state !== 'ended').map(({ name }) => name);
}

const inView = (page: Page, name: string) => page.locator('.tab.current .name').filter({ hasText: name }).waitFor();

test('by keys alone: the shortcut, a name, Enter, and the next key is the new session’s', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await openRawProgram(stage, page);
  await workbench.terminal.locator('textarea').focus();
  await page.keyboard.type('a');
  await page.keyboard.press('Control+Shift+Enter');
  await page.getByRole('dialog', { name: 'New session' }).waitFor();
  await page.keyboard.type('by keys');
  await page.keyboard.press('Enter');
  await inView(page, 'by keys');
  await workbench.ready();
  await page.keyboard.type('say: typed here');
  await page.keyboard.press('Enter');
  await workbench.sees('● typed here');
  await page.keyboard.press('Control+Shift+Comma');
  await inView(page, 'Session 1');
  await workbench.terminal.locator('textarea').focus();
  await page.keyboard.type('b');
  await workbench.sees('READY:ab');
  expect(await received(workbench)).toBe('ab');
});

test.each([
  ['a double click on Start', (workbench: WorkbenchPage) => workbench.button('Start').dblclick()],
  [
    'a second click before the page is drawn anew',
    (workbench: WorkbenchPage) =>
      workbench.button('Start').evaluate((button: HTMLElement) => {
        button.click();
        button.click();
      }),
  ],
  [
    'Enter twice',
    async ({ page }: WorkbenchPage) => {
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
    },
  ],
])('%s makes one session', async (_what, act) => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await openRawProgram(stage, page);
  // The answer comes after the second, whatever the machine does meanwhile.
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/v1/sessions', async (route) => {
    if (route.request().method() === 'POST') await held;
    await route.continue();
  });
  await workbench.button('New session').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('once');
  const asked = page.waitForRequest((request) => request.method() === 'POST');
  await act(workbench);
  await asked;
  answer();
  await inView(page, 'once');
  expect((await namesOfSessions()).sort()).toEqual(['Session 1', 'once']);
});

test('who may only watch is offered none', async () => {
  const page = await (await stage.newContext()).newPage();
  const call = await signInByRest(stage.gateway.url);
  const watcher = { username: 'watcher', role: 'viewer' };
  const { password } = (await call('POST', '/api/v1/admin/users', watcher)) as { password: string };
  await page.goto(stage.gateway.url);
  await page.getByLabel('Username').fill(watcher.username);
  await page.getByLabel('Password').fill(password);
  const workbench = new WorkbenchPage(page);
  await workbench.button('Sign in').click();
  await workbench.button('Settings').waitFor();
  expect(await workbench.button('New session').count()).toBe(0);
  await page.keyboard.press('Control+Shift+Enter');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  expect(await page.getByRole('dialog', { name: 'New session' }).count()).toBe(0);
});
