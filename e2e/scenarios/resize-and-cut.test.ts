/** The real Claude Code's lines, in whatever window and network: each of them is on the screen or above it, once. */
import type { BrowserContext, Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { useSeverableStage } from '../system/severable-stage';

const LINES = 200;
const ALL = Array.from({ length: LINES }, (_, index) => index + 1);
const WINDOW = { width: 1100, height: 700 };
const CUTS = 30;
const DRAGS = 30;
/** Of one drag. */
const STEPS = 6;
const FONT_CHANGES = 10;
/** What a person's hand takes for a step. Milliseconds. */
const STEP_MS = 30;

const scene = useSeverableStage();

async function lineNumbers(workbench: WorkbenchPage): Promise<number[]> {
  const text = await workbench.text();
  return [...text.matchAll(/^(?:●| ) line (\d+)$/gm)].map(([, number]) => Number(number));
}

/** A page in a session in which Claude has answered in so many lines. */
async function answered(context: BrowserContext): Promise<WorkbenchPage> {
  const workbench = await WorkbenchPage.signIn(await context.newPage(), scene.proxy.url);
  await workbench.ready();
  await workbench.prompt(`lines: ${LINES}`);
  await workbench.sees(`line ${LINES}`);
  await workbench.ready();
  await workbench.quiet();
  expect(await lineNumbers(workbench)).toEqual(ALL);
  return workbench;
}

async function drag(page: Page, to: { width: number; height: number }): Promise<void> {
  const from = page.viewportSize() ?? to;
  for (let step = 1; step <= STEPS; step += 1) {
    const part = (start: number, end: number) => Math.round(start + ((end - start) * step) / STEPS);
    await page.setViewportSize({ width: part(from.width, to.width), height: part(from.height, to.height) });
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

test(`${CUTS} cuts of the network`, async () => {
  const workbench = await answered(await scene.stage.newContext({ viewport: WINDOW }));
  const size = await workbench.size();
  for (let cut = 0; cut < CUTS; cut += 1) {
    scene.proxy.cut();
    await workbench.notice('The connection is gone').waitFor();
    scene.proxy.mend();
    // Not by the mouse: the page may connect by itself while that moves.
    await workbench
      .button('Reconnect now')
      .evaluateAll((found: HTMLElement[]) => found.forEach((button) => button.click()));
    await workbench.notice('The connection is gone').waitFor({ state: 'detached' });
  }
  await workbench.quiet();
  expect(await lineNumbers(workbench)).toEqual(ALL);
  expect(await workbench.size()).toBe(size);
}, 180_000);

test(`${DRAGS} drags of the window’s edge`, async () => {
  const workbench = await answered(await scene.stage.newContext({ viewport: WINDOW }));
  // Heights, widths and corners, each other than the one before.
  const places = Array.from({ length: DRAGS }, (_, n) => ({
    width: n % 3 === 0 ? WINDOW.width : 560 + ((n * 173) % 700),
    height: n % 3 === 1 ? WINDOW.height : 300 + ((n * 131) % 500),
  }));
  const wrong: object[] = [];
  for (const place of places) {
    await workbench.resizing(() => drag(workbench.page, place));
    const lines = await lineNumbers(workbench);
    if (JSON.stringify(lines) !== JSON.stringify(ALL)) wrong.push({ ...place, size: await workbench.size(), lines });
  }
  expect(wrong).toEqual([]);
}, 240_000);

test(`${FONT_CHANGES} changes of the font`, async () => {
  const workbench = await answered(await scene.stage.newContext({ viewport: WINDOW }));
  for (let change = 0; change < FONT_CHANGES; change += 1) {
    const button = change % 4 < 2 ? 'A+ (larger text)' : 'A− (smaller text)';
    await workbench.resizing(() => workbench.button(button).click());
    expect({ change, lines: await lineNumbers(workbench) }).toEqual({ change, lines: ALL });
  }
}, 120_000);

test('another device of another size takes the session over, and gives it back', async () => {
  const first = await answered(await scene.stage.newContext({ viewport: WINDOW }));
  const small = await scene.stage.newContext({ viewport: { width: 700, height: 460 } });
  const second = await WorkbenchPage.signIn(await small.newPage(), scene.proxy.url);
  await second.sees(`line ${LINES}`);
  expect(await second.size()).toBe(await first.size());
  await second.resizing(() => second.button('Take over').click());
  await first.notice('somebody else is typing').waitFor();
  await first.quiet();
  expect(await first.size()).toBe(await second.size());
  for (const workbench of [first, second]) expect(await lineNumbers(workbench)).toEqual(ALL);
  await first.resizing(() => first.button('Take over').click());
  await second.quiet();
  for (const workbench of [first, second]) expect(await lineNumbers(workbench)).toEqual(ALL);
}, 120_000);

test('a reload in mid-answer and a drag before its end', async () => {
  const workbench = await WorkbenchPage.signIn(
    await (await scene.stage.newContext({ viewport: WINDOW })).newPage(),
    scene.proxy.url,
  );
  await workbench.ready();
  await workbench.prompt(`lines: ${LINES}`);
  await workbench.sees('line 1');
  await workbench.page.reload();
  await workbench.opened();
  await drag(workbench.page, { width: 800, height: 500 });
  await workbench.ready();
  await eventually(
    async () => JSON.stringify(await lineNumbers(workbench)) === JSON.stringify(ALL),
    () => workbench.text(),
  );
}, 60_000);
