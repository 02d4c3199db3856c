/** What Claude wants of the person, in tab, list, title and icon; and that what they look at is not told to them. */
import type { BrowserContext, Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

/** Signed in, with two sessions, the second of them in view. */
async function twoSessions(context?: BrowserContext): Promise<WorkbenchPage> {
  const page = await (context ?? (await stage.newContext())).newPage();
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.ready();
  await workbench.button('New session').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('second');
  await workbench.button('Start').click();
  await page.locator('.tab.current', { hasText: 'second' }).waitFor();
  await workbench.ready();
  return workbench;
}

const entry = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('listitem').filter({ hasText: name });
const open = (page: Page, name: string) => page.locator('.tab .choose', { hasText: name }).click();
const icon = (page: Page) => page.locator('link[rel=icon]').getAttribute('href');

async function titled(page: Page, title: string): Promise<void> {
  await eventually(
    async () => (await page.title()) === title,
    async () => `the title is "${await page.title()}"`,
  );
}

test('a finished answer in view is no news; one elsewhere is told until it is looked at', async () => {
  const workbench = await twoSessions();
  const { page } = workbench;
  await workbench.prompt('wait: 1500 in view');
  await entry(page, 'second').getByText('Working').waitFor();
  await workbench.sees('● in view');
  await entry(page, 'second').getByText('Ready').waitFor();
  await titled(page, 'second — Claude Code');

  await workbench.prompt('wait: 1500 elsewhere');
  await open(page, 'Session 1');
  await titled(page, '✓ second · Session 1 — Claude Code');
  await entry(page, 'second').getByText('Done').waitFor();
  await page.locator('.tab', { hasText: 'second' }).locator('.mark.done').waitFor();
  expect(await icon(page)).toBe('/icon-done.svg');
  expect(await page.getByRole('status').filter({ hasText: 'second is done' }).count()).toBe(1);

  await open(page, 'second');
  await titled(page, 'second — Claude Code');
  await open(page, 'Session 1');
  await entry(page, 'second').getByText('Ready').waitFor();
  await titled(page, 'Session 1 — Claude Code');
  expect(await icon(page)).toBe('/icon.svg');
  // And so it is for this person in the next page.
  await page.reload();
  await entry(page, 'second').getByText('Ready').waitFor();
});

test('a question looks otherwise than a finished answer, and goes on until it is answered', async () => {
  const workbench = await twoSessions();
  const { page } = workbench;
  await workbench.prompt('tool: touch asked-for');
  await workbench.sees('Do you want to proceed?');
  await entry(page, 'second').getByText('Asks you').waitFor();
  await titled(page, 'second — Claude Code');
  await open(page, 'Session 1');
  await titled(page, '? second · Session 1 — Claude Code');
  expect(await icon(page)).toBe('/icon-asks.svg');
  await page.locator('.tab', { hasText: 'second' }).locator('.mark.asks').waitFor();
  await open(page, 'second');
  await page.keyboard.press('Enter');
  await entry(page, 'second').getByText('Asks you').waitFor({ state: 'detached' });
});

/** Every page keeps what it plays and notifies of, and the settings have both sounds on. */
const recordAnnouncements = (context: BrowserContext) =>
  context.addInitScript(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    Object.assign(window, {
      Notification: class {
        static permission = 'granted';
        constructor(title: string) {
          told.push(title);
        }
        addEventListener() {}
      },
      OscillatorNode: class extends OscillatorNode {
        override start() {
          told.push(`${this.frequency.value} Hz${this.context.state === 'running' ? '' : ', unheard'}`);
        }
        override stop() {}
      },
    });
    localStorage.setItem('claude-webui.settings', '{"sound":"both"}');
  });
const toldBy = (page: Page) => page.evaluate(() => (window as unknown as { told: string[] }).told);
/** For a page that nobody sees: no browser that is driven hides one. */
const hide = () => Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });

test('who looks elsewhere is notified of a question and of an answer, each in its own words and sound', async () => {
  const context = await stage.newContext({ permissions: ['notifications'] });
  await recordAnnouncements(context);
  await context.addInitScript(hide);
  const workbench = await WorkbenchPage.signIn(await context.newPage(), stage.gateway.url);
  const told = () => toldBy(workbench.page);
  await workbench.ready();
  await workbench.prompt('say: done');
  await eventually(
    async () => (await told()).includes('Session 1 is done'),
    async () => (await told()).join(),
  );
  expect(await told()).toEqual(['440 Hz', 'Session 1 is done']);
  await workbench.prompt('tool: touch asked-for');
  await eventually(
    async () => (await told()).length === 5,
    async () => (await told()).join(),
  );
  expect((await told()).slice(2)).toEqual(['660 Hz', '880 Hz', 'Session 1 asks you something']);
});

test('of two pages in one browser the hidden one does not announce what the other shows, and together they announce once', async () => {
  const context = await stage.newContext({ permissions: ['notifications'] });
  await recordAnnouncements(context);
  const workbench = await twoSessions(context);
  const { page } = workbench;
  const other = await context.newPage();
  await other.addInitScript(hide);
  await other.goto(stage.gateway.url);
  await entry(other, 'second').waitFor();

  await page.bringToFront();
  await workbench.prompt('wait: 1500 in view');
  await entry(other, 'second').getByText('Working').waitFor();
  await entry(page, 'second').getByText('Ready').waitFor();
  await entry(other, 'second').getByText('Ready').waitFor();

  await workbench.prompt('wait: 1500 elsewhere');
  await open(page, 'Session 1');
  await entry(page, 'second').getByText('Done').waitFor();
  await entry(other, 'second').getByText('Done').waitFor();
  const told = async () => [...(await toldBy(page)), ...(await toldBy(other))];
  await eventually(
    async () => (await told()).length > 0,
    () => 'nothing is announced',
  );
  expect((await told()).filter((what) => what === '440 Hz')).toHaveLength(1);
});

test('what a page may not play before the first key or click on it is heard with that', async () => {
  const driver = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await driver.ready();
  const context = await stage.newContext({ storageState: await driver.page.context().storageState() });
  await recordAnnouncements(context);
  await context.addInitScript(hide);
  const page = await context.newPage();
  // Other calls into a page count as a gesture.
  const cdp = await context.newCDPSession(page);
  const read = async (expression: string) =>
    (await cdp.send('Runtime.evaluate', { expression })).result.value as string;
  await page.goto(stage.gateway.url);
  const shows = (expression: string, text: string) =>
    eventually(
      async () => (await read(expression)).includes(text),
      () => read(expression),
    );
  await shows('document.body.innerText', 'Ready');
  await driver.prompt('say: done');
  await shows('document.title', '✓');
  await shows('told.join()', 'Session 1 is done');
  expect(await read('told.join()')).toBe('Session 1 is done');
  await page.mouse.click(5, 5);
  await shows('told.join()', '440 Hz');
  expect(await read('told.join()')).toBe('Session 1 is done,440 Hz');
});
