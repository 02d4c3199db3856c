/** Small windows and large letters: nothing is wider than the window, and everything can be reached. */
import type { Locator, Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { READY, openRawProgram, openRawStage, received, startShell } from '../system/raw-program';
import { signInByRest } from '../system/rest';
import type { Stage } from '../system/stage';
import { tour } from '../system/tour';

const TELEPHONE = { width: 320, height: 640 };

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage({ MAX_SESSIONS: '20', MAX_SESSIONS_PER_USER: '20' });
});
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});
afterAll(() => stage.close());

/** What is partly outside the window, or outside of a dialog; what scrolls by itself may be wider inside. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const place = document.querySelector('dialog[open]') ?? document.body;
    const found = [
      ...place.querySelectorAll<HTMLElement>('button, input, select, a, h1, h2, p, label, dialog, .notice'),
    ]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .filter((element) => element.closest('.terminal, .tabs, .key-bar, .tree, .for-screen-readers') === null)
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return left < -1 || right > innerWidth + 1;
      })
      .map((element) => element.outerHTML.slice(0, 80));
    const wide = [document.documentElement, place, ...document.querySelectorAll('nav, aside, .administration')].filter(
      (element) => element.scrollWidth > element.clientWidth + 1,
    );
    return [...found, ...wide.map(({ tagName, scrollWidth }) => `${tagName} is ${scrollWidth} wide`)];
  });
}

test.each([
  ['at 320 pixels', { viewport: TELEPHONE }],
  ['at 200 % of a window of 1280 × 800', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ['at 400 % of it', { viewport: { width: 320, height: 200 }, deviceScaleFactor: 4 }],
])('no page or dialog is wider than the window %s', async (_what, options) => {
  const page = await (await stage.newContext(options)).newPage();
  const wide: [string, string[]][] = [];
  await tour(page, stage.gateway.url, async (name) => {
    const found = await outside(page);
    if (found.length > 0) wide.push([name, found]);
  });
  expect(wide).toEqual([]);
});

const LONG = 'W'.repeat(64);

test('a long name without a space does not push what a dialog says out of it', async () => {
  const call = await signInByRest(stage.gateway.url);
  await call('POST', '/api/v1/sessions', { name: LONG, program: '/bin/bash', arguments: ['--norc', '-i'] });
  const page = await (await stage.newContext({ viewport: { width: 900, height: 600 } })).newPage();
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.sees('$');
  await workbench.type(`touch ${LONG}; echo ma''de\n`);
  await workbench.sees('made');
  await workbench.button('Files').click();
  await page.getByRole('treeitem', { name: LONG }).click();
  for (const open of ['Delete', 'Rename', 'Share']) {
    await workbench.button(open).click();
    await page.getByRole('dialog').waitFor();
    expect([open, await outside(page)]).toEqual([open, []]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
});

test('keys are for what lies over the terminal, not for what it hides, and for the terminal again afterwards', async () => {
  const page = await (await stage.newContext({ viewport: TELEPHONE })).newPage();
  const workbench = await openRawProgram(stage, page);
  const files = page.getByRole('complementary', { name: 'Files' });
  const list = page.getByRole('navigation', { name: 'Sessions' });
  const shade = () => page.locator('.shade').click({ position: { x: 315, y: 500 }, force: true });
  const ways: [string, Locator, () => Promise<void>][] = [
    ['Files', files, () => page.keyboard.press('Escape')],
    ['Files', files, () => workbench.button('Close files').click()],
    ['Files', files, () => page.locator('.tab .choose').click()],
    ['Sessions', list, () => page.keyboard.press('Escape')],
    ['Sessions', list, () => workbench.button('Sessions').click()],
    ['Sessions', list, shade],
  ];
  let got = '';
  for (const [name, sheet, close] of ways) {
    await workbench.terminal.click();
    await workbench.button(name).click();
    await sheet.waitFor();
    await page.keyboard.type('x');
    await close();
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.type('y');
    got += 'y';
    await workbench.sees(READY + got);
  }
  expect(await received(workbench)).toBe(got);
});

test('who watches at 320 pixels can take over, also after the notice was put away', async () => {
  await startShell(stage.gateway.url);
  const context = await stage.newContext();
  const first = await WorkbenchPage.signIn(await context.newPage(), stage.gateway.url);
  await first.sees('$');
  const page = await context.newPage();
  await page.setViewportSize(TELEPHONE);
  await page.goto(stage.gateway.url);
  const second = new WorkbenchPage(page);
  await second.notice('somebody else is typing').waitFor();
  await second.button('Put this notice away').click();
  await second.button('Take over').click();
  await first.notice('somebody else is typing').waitFor();
});

test('of 12 tabs the current one is in view, long names are shortened, keys reach each, and a reload brings all back', async () => {
  const call = await signInByRest(stage.gateway.url);
  for (let n = 1; n <= 12; n++)
    await call('POST', '/api/v1/sessions', {
      name: `${n} is a session whose name is as long as names may be, or so`,
      program: '/bin/bash',
      arguments: ['--norc', '-i'],
    });
  const page = await (await stage.newContext({ viewport: { width: 900, height: 600 } })).newPage();
  await WorkbenchPage.signIn(page, stage.gateway.url);
  const rows = page.getByRole('navigation').locator('.open');
  const tabs = page.getByRole('toolbar', { name: 'Open sessions' }).locator('.choose');
  await page.waitForFunction(() => document.querySelectorAll('.sessions .open').length === 12);
  for (let n = 0; n < 12; n++) await rows.nth(n).click();
  expect(await tabs.count()).toBe(12);
  const isInView = () =>
    page.evaluate(() => {
      const bar = document.querySelector('.tabs')?.getBoundingClientRect();
      const tab = document.querySelector('.tab.current')?.getBoundingClientRect();
      return bar !== undefined && tab !== undefined && tab.left >= bar.left - 1 && tab.right <= bar.right + 1;
    });
  expect(await isInView()).toBe(true);
  const widths = await tabs.evaluateAll((all) => all.map((tab) => tab.parentElement?.offsetWidth ?? 0));
  expect(Math.max(...widths)).toBeLessThanOrEqual(200);
  expect(Math.min(...widths)).toBeGreaterThanOrEqual(100);

  await page.keyboard.press('Control+Shift+Period');
  await tabs.first().and(page.locator('[aria-current=true]')).waitFor();
  expect(await isInView()).toBe(true);
  await page.keyboard.press('Control+Shift+Backspace');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await tabs.last().and(page.locator('[aria-current=true]')).waitFor();
  expect(await isInView()).toBe(true);
  const names = await tabs.allInnerTexts();
  await page.reload();
  await tabs.last().and(page.locator('[aria-current=true]')).waitFor();
  await eventually(
    async () => (await tabs.allInnerTexts()).join() === names.join(),
    async () => (await tabs.allInnerTexts()).join(),
  );
  await eventually(isInView, () => 'the current tab is out of view after a reload');
  await page.setViewportSize(TELEPHONE);
  await eventually(isInView, () => 'the current tab is out of view in the narrow window');
});
