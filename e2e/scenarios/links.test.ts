/** Links in the terminal: where they lie, where they lead, and that a person sees that first. */
import type { BrowserContextOptions } from 'playwright-core';
import { openRawProgram, openRawStage } from '../system/raw-program';
import type { Stage } from '../system/stage';
import { WorkbenchPage } from '../system/workbench-page';

const CLEAR = '\x1b[2J\x1b[H';
const marked = (url: string, text: string) => `\x1b]8;;${url}\x1b\\${text}\x1b]8;;\x1b\\`;

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage();
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});

async function open(output: string, options: BrowserContextOptions = {}): Promise<WorkbenchPage> {
  const context = await stage.newContext(options);
  // Nothing here is to reach the network.
  await context.route(/example\.(com|org)/, (route) => route.fulfill({ body: 'there' }));
  return openRawProgram(stage, await context.newPage(), `${CLEAR}${output}\r\n`);
}

/** The middle of a cell, counted from 0. */
const middleOf = ({ terminal }: WorkbenchPage, column: number, row: number) =>
  terminal.locator('.xterm-screen').evaluate(
    (screen, { column, row }) => {
      const { x, y, width, height } = screen.getBoundingClientRect();
      const { cols = 1, rows = 1 } = screen.closest('[data-testid=terminal]')?.terminal ?? {};
      return { x: x + (width / cols) * (column + 0.5), y: y + (height / rows) * (row + 0.5) };
    },
    { column, row },
  );

test('a link after Chinese lies on its text, shows where it leads, and opens by a click', async () => {
  const workbench = await open('请看 https://example.com/ICE_(FPGA)。好');
  const { page } = workbench;
  const target = page.locator('.link-target');
  const before = await middleOf(workbench, 3, 0);
  await page.mouse.move(before.x, before.y);
  const last = await middleOf(workbench, 34, 0);
  await page.mouse.move(last.x, last.y, { steps: 5 });
  await target.filter({ hasText: /^https:\/\/example\.com\/ICE_\(FPGA\)$/ }).waitFor();
  const opened = page.context().waitForEvent('page');
  await page.mouse.down();
  await page.mouse.up();
  expect((await opened).url()).toBe('https://example.com/ICE_(FPGA)');
  const after = await middleOf(workbench, 36, 0);
  await page.mouse.move(after.x, after.y, { steps: 5 });
  await target.waitFor({ state: 'detached' });
});

test('a link that a program has marked shows its target, not its text', async () => {
  const workbench = await open(marked('https://example.org/real', 'https://example.com/shown'));
  const { x, y } = await middleOf(workbench, 5, 0);
  await workbench.page.mouse.move(x, y, { steps: 3 });
  await workbench.page
    .locator('.link-target')
    .filter({ hasText: /^https:\/\/example\.org\/real$/ })
    .waitFor();
});

test('what is no address of the web does not open', async () => {
  const workbench = await open(`${marked('javascript:alert(1)', 'run')} ${marked('file:///etc/passwd', 'file')}`);
  for (const column of [1, 5]) {
    const { x, y } = await middleOf(workbench, column, 0);
    await workbench.page.mouse.click(x, y);
  }
  expect(workbench.page.context().pages()).toHaveLength(1);
});

test('a finger is shown where a link leads, and opens it from there', async () => {
  const workbench = await open(marked('https://example.org/real', 'a link'), {
    viewport: { width: 700, height: 600 },
    hasTouch: true,
    isMobile: true,
  });
  const { page } = workbench;
  const { x, y } = await middleOf(workbench, 2, 0);
  await page.touchscreen.tap(x, y);
  const asked = page.getByRole('status').filter({ hasText: 'https://example.org/real' });
  await asked.waitFor();
  expect(page.context().pages()).toHaveLength(1);
  const opened = page.context().waitForEvent('page');
  await asked.getByRole('link', { name: 'Open' }).tap();
  expect((await opened).url()).toBe('https://example.org/real');
});

test('an address that Claude Code breaks within its margins is one link', async () => {
  const workbench = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await workbench.ready();
  const url = `https://example.com/${'abcdefghij/'.repeat(20)}?code=1`;
  await workbench.type(`say: see ${url} there`);
  await workbench.sees('there');
  await workbench.page.keyboard.press('Enter');
  await workbench.sees('● see https://example.com');
  const first = (await workbench.screen()).findLastIndex((row) => row.includes('● see https://example.com'));
  for (const row of [first, first + 1, first + 2]) {
    const { x, y } = await middleOf(workbench, 12, row);
    await workbench.page.mouse.move(x, y, { steps: 3 });
    await workbench.page.locator('.link-target').filter({ hasText: url }).waitFor();
  }
});
