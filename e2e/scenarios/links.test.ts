/** Links in the terminal: where they lie, where they lead, and that a person sees that first. */
import type { BrowserContextOptions } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openRawProgram, openRawStage, received } from '../system/raw-program';
import type { Stage } from '../system/stage';

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

const LINES = Array.from({ length: 100 }, (_, n) => `line ${n}\r\n`).join('');
const TARGET = 'https://example.org/real';

/** A finger taps the last row in view that begins so. */
async function tap(workbench: WorkbenchPage, begin: string): Promise<void> {
  const row = await workbench.terminal.evaluate(({ terminal }, begin) => {
    const rows = Array.from({ length: terminal?.rows ?? 0 }, (_, row) => row);
    const { active } = terminal?.buffer ?? {};
    return rows.findLastIndex((row) =>
      active
        ?.getLine(active.viewportY + row)
        ?.translateToString()
        .startsWith(begin),
    );
  }, begin);
  const { x, y } = await middleOf(workbench, 2, row);
  await workbench.page.touchscreen.tap(x, y);
}

describe.each([
  ['of a telephone of 320 pixels', { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true }],
  ['of a telephone of 412 pixels', { viewport: { width: 412, height: 640 }, hasTouch: true, isMobile: true }],
  ['of a tablet', { viewport: { width: 700, height: 600 }, hasTouch: true, isMobile: true }],
  ['that has a mouse too', { viewport: { width: 1100, height: 700 }, hasTouch: true }],
] satisfies [string, BrowserContextOptions][])('in a window %s', (_what, options) => {
  test('a finger is shown where a link leads, at the prompt and scrolled back, and opens it from there', async () => {
    const workbench = await open(`${marked(TARGET, 'a link of some words')}\r\n${LINES}${TARGET}`, options);
    const { page, terminal } = workbench;
    const asked = page.getByRole('status').filter({ hasText: TARGET });
    await workbench.quiet();
    for (const [place, begin] of [
      ['at the prompt', 'https'],
      ['scrolled back', 'a link'],
    ] as const) {
      if (place === 'scrolled back') await terminal.evaluate((element) => element.terminal?.scrollToTop());
      await tap(workbench, begin);
      await asked.waitFor();
      expect(page.context().pages()).toHaveLength(1);
      const opened = page.context().waitForEvent('page');
      await asked.getByRole('link', { name: 'Open' }).tap();
      expect((await opened).url()).toBe(TARGET);
      await (await opened).close();
      await asked.waitFor({ state: 'detached' });
    }
  });

  test('keys answer the question, and who goes on typing answers nothing and loses nothing', async () => {
    const context = await stage.newContext(options);
    await context.route(/example\.org/, (route) => route.fulfill({ body: 'there' }));
    const workbench = await openRawProgram(stage, await context.newPage(), `${CLEAR}${marked(TARGET, 'a link')} `);
    const { page } = workbench;
    const asked = page.getByRole('status').filter({ hasText: TARGET });
    const ask = async () => {
      await tap(workbench, 'a link');
      await asked.and(page.locator(':focus')).waitFor();
    };
    const gets = (keys: string) =>
      eventually(
        async () => (await received(workbench)) === keys,
        () => received(workbench),
      );
    let typed = '';
    for (const [key, sent] of [
      ['Enter', '␍'],
      ['ArrowUp', '␛[A'],
      ['Control+C', '␃'],
      ['?', '?'],
    ] as const) {
      await ask();
      await page.keyboard.press(key);
      await page.keyboard.type('.');
      await gets((typed += `${sent}.`));
      expect(await asked.count()).toBe(1);
      await asked.getByRole('button', { name: 'Do not open' }).tap();
      await asked.waitFor({ state: 'detached' });
    }
    await ask();
    await page.keyboard.press('Escape');
    await asked.waitFor({ state: 'detached' });
    await page.keyboard.type('x');
    await gets((typed += 'x'));
    expect(context.pages()).toHaveLength(1);
    await ask();
    await page.keyboard.press('Tab');
    const opened = context.waitForEvent('page');
    await page.keyboard.press('Enter');
    expect((await opened).url()).toBe(TARGET);
    await asked.waitFor({ state: 'detached' });
    expect(await received(workbench)).toBe(typed);
  });

  test('the question stays while the program draws the row of the link, and the mouse is elsewhere, until it is answered', async () => {
    const context = await stage.newContext(options);
    const workbench = await openRawProgram(stage, await context.newPage(), `${CLEAR}${marked(TARGET, 'a link')} `);
    const { page } = workbench;
    await tap(workbench, 'a link');
    const asked = page.getByRole('status').filter({ hasText: TARGET });
    await asked.waitFor();
    await page.keyboard.type('drawn');
    await workbench.sees('drawn');
    await workbench.quiet();
    const box = await asked.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 10, (box?.y ?? 0) + 10);
    await workbench.quiet();
    expect(await asked.count()).toBe(1);
    await asked.getByRole('button', { name: 'Do not open' }).tap();
    await asked.waitFor({ state: 'detached' });
    expect(context.pages()).toHaveLength(1);
  });
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
