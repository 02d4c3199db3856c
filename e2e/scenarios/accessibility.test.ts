import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';
import { WorkbenchPage } from '../system/workbench-page';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

/** Serious and critical findings of axe-core, as "rule: elements". */
async function findings(page: Page): Promise<string[]> {
  // By the debugger, for the page's own policy allows no foreign script.
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

test('axe-core has no serious finding on any page or dialog, in every theme', async () => {
  const page = await (await stage.newContext()).newPage();
  await page.goto(stage.gateway.url);
  await page.getByLabel('Username').waitFor();
  expect(await findings(page)).toEqual([]);
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.ready();
  for (const theme of ['dark', 'light', 'contrast']) {
    await workbench.button('Settings').click();
    await page.getByLabel('Theme').selectOption(theme);
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await findings(page)).toEqual([]);
    await workbench.button('Files').click();
    await page.getByRole('treeitem', { name: 'Workspace' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await workbench.button('New folder').click();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await workbench.button('Files').click();
    await workbench.button('Administration').click();
    await workbench.button('Add user').waitFor();
    expect(await findings(page)).toEqual([]);
    await workbench.button('Administration').click();
  }
  for (const name of ['New session', 'Share']) {
    await workbench.button(name).click();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  }
});

test('a touch screen has the keys that its keyboard lacks', async () => {
  const context = await stage.newContext({ viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const workbench = await WorkbenchPage.signIn(await context.newPage(), stage.gateway.url);
  await workbench.ready();
  await workbench.type('say: mobile');
  await workbench.sees('say: mobile');
  await workbench.button('Control, with the next key').tap();
  await workbench.page.keyboard.type('u');
  await workbench.page.keyboard.type('say: after');
  await workbench.sees('say: after');
  await workbench.page.keyboard.press('Enter');
  await workbench.sees('● after');
  expect(await workbench.text()).not.toContain('mobile');
});
