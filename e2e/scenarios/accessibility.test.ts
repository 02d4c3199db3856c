import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { PASSWORD, USERNAME } from '@claude-webui/testing/page/person';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openRawStage, startShell } from '../system/raw-program';
import type { Stage } from '../system/stage';
import { tour } from '../system/tour';

/** Titles that the tour is to have seen: each `Dialog` and `FormDialog` of the client is opened once. */
const DIALOGS = 14;

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage({ MAX_SESSIONS: '20', MAX_SESSIONS_PER_USER: '20' });
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

test.each([
  ['dark', {}],
  ['light', {}],
  ['contrast', {}],
  ['system', { contrast: 'more' }],
  ['system', { forcedColors: 'active' }],
] as const)(
  'axe-core has no serious finding on any page or dialog, theme %s %j',
  async (theme, options) => {
    const context = await stage.newContext(options);
    await context.addInitScript((settings) => localStorage.setItem('claude-webui.settings', JSON.stringify(settings)), {
      theme,
    });
    const serious: [string, string[]][] = [];
    const titles = new Set<string>();
    const page = await context.newPage();
    await tour(page, stage.gateway.url, async (stop) => {
      const found = await findings(page);
      if (found.length > 0) serious.push([stop, found]);
      for (const title of await page.locator('dialog[open] h2').allInnerTexts()) titles.add(title);
    });
    expect(serious).toEqual([]);
    expect(titles.size).toBe(DIALOGS);
  },
  120_000,
);

test('a system that prefers more contrast gets it where the page is dark, and light where that was chosen', async () => {
  const shown = async (theme: string) => {
    const context = await stage.newContext({ contrast: 'more' });
    await context.addInitScript((settings) => localStorage.setItem('claude-webui.settings', JSON.stringify(settings)), {
      theme,
    });
    const page = await context.newPage();
    await page.goto(stage.gateway.url);
    await page.getByLabel('Username').waitFor();
    return page.evaluate(() => document.documentElement.dataset['theme']);
  };
  expect([await shown('system'), await shown('dark'), await shown('light')]).toEqual(['contrast', 'contrast', 'light']);
});

test('where the system forces its colours, every state and the session in view have a shape', async () => {
  const context = await stage.newContext({ forcedColors: 'active' });
  const page = await context.newPage();
  await startShell(stage.gateway.url);
  await (await WorkbenchPage.signIn(page, stage.gateway.url)).sees('$');
  const drawn = await page.evaluate(() => {
    const style = (selector: string) => {
      const element = document.querySelector(selector);
      return element === null ? null : getComputedStyle(element);
    };
    return {
      tab: style('.tab.current')?.outlineStyle,
      row: style('.sessions li.current')?.outlineStyle,
      isMarkSeen: style('.sessions .mark')?.color !== style('body')?.backgroundColor,
      isDotSeen: style('.status-line .dot')?.borderTopColor !== style('body')?.backgroundColor,
    };
  });
  expect(drawn).toEqual({ tab: 'solid', row: 'solid', isMarkSeen: true, isDotSeen: true });
});

test('keys alone lead from the sign-in into a terminal, to its files, and to the download of one', async () => {
  await startShell(stage.gateway.url);
  const page = await (await stage.newContext()).newPage();
  await page.goto(stage.gateway.url);
  await page.getByLabel('Username').waitFor();
  const { keyboard } = page;
  /** Goes on with Tab until the control has the focus. */
  const reach = async (name: string) => {
    const isThere = () =>
      page.evaluate((name) => {
        const { activeElement } = document;
        return (activeElement?.getAttribute('aria-label') ?? activeElement?.textContent)?.trim() === name;
      }, name);
    for (let presses = 0; !(await isThere()); presses += 1) {
      if (presses > 30) throw new Error(`Tab does not reach "${name}"`);
      await keyboard.press('Tab');
    }
  };
  // The first field has the focus.
  await keyboard.type(USERNAME);
  await keyboard.press('Tab');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  const workbench = await new WorkbenchPage(page).opened();
  await workbench.sees('$');
  await keyboard.type('echo content > file.txt; clear\n');
  await keyboard.press('Control+Shift+Backspace');
  await reach('Files');
  await keyboard.press('Enter');
  await page.getByRole('treeitem').filter({ hasText: 'file.txt' }).waitFor();
  await keyboard.press('f');
  await page.getByRole('treeitem', { name: 'file.txt', selected: true }).waitFor();
  const download = page.waitForEvent('download');
  await keyboard.press('Enter');
  expect(readFileSync(await (await download).path(), 'utf8')).toBe('content\n');
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
