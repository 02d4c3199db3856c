/** The main job: sign in with a browser and be inside the real Claude Code CLI. */
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

/** The client's budget for what is loaded before the sign-in, compressed. */
const FIRST_LOAD_BYTES = 350 * 1024;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});

async function newPage() {
  return (await stage.newContext()).newPage();
}

test('a person signs in, prompts, and reads the answer', async () => {
  const page = await newPage();
  await page.goto(stage.gateway.url);
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.ready();
  await workbench.prompt('say: hello from the stand-in');
  await workbench.sees('● hello from the stand-in');
});

test('what is loaded before the sign-in is small, and the terminal is not in it', async () => {
  const page = await newPage();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(stage.gateway.url, { waitUntil: 'networkidle' });
  process.stdout.write(`first load: ${Math.round(bytes / 1024)} KB\n`);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
});

test('a page that is reloaded in mid-answer finds the same screen and the rest of the answer', async () => {
  const workbench = await WorkbenchPage.signIn(await newPage(), stage.gateway.url);
  await workbench.ready();
  const words = Array.from({ length: 20 }, (_, n) => `w${n}`).join(' ');
  await workbench.prompt(`slow: 150 ${words}`);
  await workbench.sees('● w0');
  const before = (await workbench.screen()).filter((row) => row.includes('Claude Code v'));
  await workbench.page.reload();
  await workbench.opened();
  await workbench.sees(`● ${words}`);
  expect((await workbench.screen()).filter((row) => row.includes('Claude Code v'))).toEqual(before);
  expect((await workbench.text()).match(/● w0 /g)).toHaveLength(1);
});

test('a second tab observes until it takes over', async () => {
  const context = await stage.newContext();
  const first = await WorkbenchPage.signIn(await context.newPage(), stage.gateway.url);
  await first.ready();
  const second = new WorkbenchPage(await context.newPage());
  await second.page.goto(stage.gateway.url);
  await second.opened();
  await second.ready();
  await second.notice('somebody else is typing').waitFor();
  await second.type('not mine');
  await second.page.getByRole('alert').filter({ hasText: 'You are watching' }).waitFor();
  await second.button('Take over').click();
  await first.notice('somebody else is typing').waitFor();
  await second.prompt('say: taken over');
  await second.sees('● taken over');
  await first.sees('● taken over');
});

test('signing out closes the terminal and shows the sign-in, in every tab', async () => {
  const context = await stage.newContext();
  const first = await WorkbenchPage.signIn(await context.newPage(), stage.gateway.url);
  await first.ready();
  const second = new WorkbenchPage(await context.newPage());
  await second.page.goto(stage.gateway.url);
  await second.opened();
  await first.button('Sign out').click();
  await first.button('Sign in').waitFor();
  await second.button('Sign in').waitFor();
  await first.page.reload();
  await first.button('Sign in').waitFor();
});

test('Shift+Enter makes a new line, and Enter sends both lines', async () => {
  const workbench = await WorkbenchPage.signIn(await newPage(), stage.gateway.url);
  await workbench.ready();
  await workbench.type('say: first line');
  await workbench.sees('say: first line');
  await workbench.page.keyboard.press('Shift+Enter');
  await workbench.page.keyboard.type('second line');
  await workbench.sees('second line');
  await workbench.page.keyboard.press('Enter');
  await workbench.sees('● first line');
});

test('the search finds what has scrolled away', async () => {
  const workbench = await WorkbenchPage.signIn(await newPage(), stage.gateway.url);
  await workbench.ready();
  await workbench.prompt('lines: 200');
  await workbench.sees('line 200');
  await workbench.page.keyboard.press('Control+Shift+F');
  await workbench.page.getByLabel('Search the terminal').fill('line 17');
  await workbench.page.getByText(/^\d+ of [1-9]\d*$/).waitFor();
  // The one in view among the others, on whatever background: Claude Code's prompts have one like a selection's.
  const outlined = workbench.page.locator('.xterm-find-result-decoration[style*=outline]').filter({ visible: true });
  await outlined.waitFor();
  expect(await outlined.count()).toBe(1);
  await workbench.page.keyboard.press('Escape');
});
