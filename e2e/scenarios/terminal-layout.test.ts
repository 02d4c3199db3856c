/** How the terminal lies in its window, and what changes its size. */
import type { Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openRawStage, startScript, startShell } from '../system/raw-program';
import { signInByRest } from '../system/rest';
import { useSeverableStage } from '../system/severable-stage';

const WINDOW = { width: 1000, height: 640 };
const PHONE = { width: 360, height: 640 };
/** Says each size that it is given, and the last row as well. */
const SIZES = `
  let count = 0;
  const say = () => process.stdout.write('size ' + count + ' ' + process.stdout.columns + 'x' + process.stdout.rows + ';\\r\\n');
  process.stdout.on('resize', () => { count += 1; say(); });
  process.stdin.setRawMode(true);
  process.stdin.resume();
  say();`;
/** As many numbered rows as there are, the last without a line feed. */
const ROWS = `
  process.stdin.setRawMode(true);
  process.stdin.resume();
  const { columns, rows } = process.stdout;
  process.stdout.write(Array.from({ length: rows }, (_, row) => ('row ' + (row + 1) + ' of ' + rows).padEnd(columns - 3, '-') + 'end').join('\\r\\n'));`;

const scene = useSeverableStage(openRawStage);

async function open(script: string, viewport = WINDOW): Promise<WorkbenchPage> {
  await startScript(scene.stage.gateway.url, script);
  const context = await scene.stage.newContext({ viewport });
  return WorkbenchPage.signIn(await context.newPage(), scene.proxy.url);
}

/** How often the program has been told of another size. */
async function sizesTold(workbench: WorkbenchPage): Promise<number> {
  return Number([...(await workbench.text()).matchAll(/size (\d+) /g)].at(-1)?.[1]);
}

/** Pixels of the terminal's box below its last row; less than none if that is cut. */
function below(workbench: WorkbenchPage): Promise<number> {
  return workbench.terminal.evaluate((element) => {
    const screen = element.querySelector('.xterm-screen')?.getBoundingClientRect();
    return element.getBoundingClientRect().bottom - (screen?.bottom ?? Infinity);
  });
}

test('in a drag of three seconds a program is told of no more than three sizes', async () => {
  const workbench = await open(SIZES);
  await workbench.sees('size ');
  await workbench.quiet();
  const before = await sizesTold(workbench);
  await workbench.resizing(async () => {
    for (let step = 0; step < 100; step += 1) {
      await workbench.page.setViewportSize({ width: WINDOW.width, height: WINDOW.height - 3 * step });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  });
  const told = (await sizesTold(workbench)) - before;
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThanOrEqual(3);
});

test('neither a cut, nor its notice, nor the search bar changes the size', async () => {
  const workbench = await open(SIZES);
  await workbench.sees('size ');
  await workbench.quiet();
  const before = await sizesTold(workbench);
  for (let cut = 0; cut < 3; cut += 1) {
    scene.proxy.cut();
    await workbench.notice('The connection is gone').waitFor();
    scene.proxy.mend();
    await workbench.notice('The connection is gone').waitFor({ state: 'detached' });
  }
  await workbench.button('Search').click();
  await workbench.page.getByLabel('Search the terminal').waitFor();
  await workbench.quiet();
  expect(await sizesTold(workbench)).toBe(before);
});

test('a window that was changed while the network was away has its size once it is back', async () => {
  const workbench = await open(SIZES);
  await workbench.sees('size ');
  await workbench.quiet();
  const before = await sizesTold(workbench);
  scene.proxy.cut();
  await workbench.notice('The connection is gone').waitFor();
  for (const height of [500, 450, 400]) await workbench.page.setViewportSize({ width: WINDOW.width, height });
  await workbench.resizing(() => Promise.resolve(scene.proxy.mend()));
  await eventually(
    async () => (await sizesTold(workbench)) > before,
    () => workbench.text(),
  );
  await workbench.quiet();
  expect((await sizesTold(workbench)) - before).toBe(1);
});

test('the last row is whole at any height of the window', async () => {
  const workbench = await open(ROWS);
  await workbench.sees('row 1 of');
  const cut: object[] = [];
  for (let height = 480; height < 480 + 34; height += 1) {
    await workbench.page.setViewportSize({ width: WINDOW.width, height });
    await workbench.quiet();
    const room = await below(workbench);
    if (room < 0 || room > 24) cut.push({ height, room });
  }
  expect(cut).toEqual([]);
}, 120_000);

test('a notice is put away, and what it offers is in the status line then', async () => {
  await startShell(scene.stage.gateway.url);
  const context = await scene.stage.newContext({ viewport: WINDOW });
  const first = await WorkbenchPage.signIn(await context.newPage(), scene.stage.gateway.url);
  await first.sees('$');
  const second = new WorkbenchPage(await context.newPage());
  await second.page.goto(scene.stage.gateway.url);
  await second.opened();
  await second.notice('somebody else is typing').waitFor();
  await second.button('Put this notice away').click();
  await second.notice('somebody else is typing').waitFor({ state: 'detached' });
  await second.button('Take over').click();
  await first.notice('somebody else is typing').waitFor();
});

describe('somebody else’s session', () => {
  /** A share link of the only session, opened without an account. */
  async function guest(viewport: { width: number; height: number }, hasTouch = false): Promise<WorkbenchPage> {
    const call = await signInByRest(scene.stage.gateway.url);
    const { sessions } = (await call('GET', '/api/v1/sessions')) as { sessions: { id: string; state: string }[] };
    const { id } = sessions.find(({ state }) => state !== 'ended') ?? { id: '' };
    const made = (await call('POST', `/api/v1/sessions/${id}/shares`, { expiresInSeconds: 600 })) as { url: string };
    const context = await scene.stage.newContext({ viewport, hasTouch });
    const page = await context.newPage();
    await page.goto(
      new URL(made.url, scene.stage.gateway.url).href.replace(/^https?:\/\/[^/]+/, scene.stage.gateway.url),
    );
    return new WorkbenchPage(page);
  }

  /** Whether the whole terminal is in its box, or can be scrolled to. */
  async function reach(
    workbench: WorkbenchPage,
  ): Promise<{ fits: boolean; font: number; right: number; bottom: number }> {
    return workbench.terminal.evaluate((element) => {
      element.scrollTo(element.scrollWidth, element.scrollHeight);
      const box = element.getBoundingClientRect();
      const screen = element.querySelector('.xterm-screen')?.getBoundingClientRect();
      const [right, bottom] = [box.right - (screen?.right ?? Infinity), box.bottom - (screen?.bottom ?? Infinity)];
      const isScrolled = element.scrollTop > 0 || element.scrollLeft > 0;
      return { fits: !isScrolled, font: element.terminal?.options.fontSize ?? 0, right, bottom };
    });
  }

  const driving = async (viewport: { width: number; height: number }) => {
    const owner = await open(ROWS, viewport);
    await owner.sees('row 1 of');
    return owner;
  };

  test('is as large as fits into a smaller window, at its own size', async () => {
    const owner = await driving(WINDOW);
    const watching = await guest({ width: 700, height: 420 });
    await watching.sees('row 1 of');
    expect(await watching.size()).toBe(await owner.size());
    const { fits, font, right, bottom } = await reach(watching);
    expect({ fits, isSmaller: font < 14 && font >= 7 }).toEqual({ fits: true, isSmaller: true });
    expect(Math.min(right, bottom)).toBeGreaterThanOrEqual(0);
  });

  test('follows its driver to another size', async () => {
    const owner = await driving(WINDOW);
    const watching = await guest({ width: 700, height: 420 });
    await watching.sees('row 1 of');
    await owner.resizing(() => owner.page.setViewportSize({ width: 1120, height: 720 }));
    await eventually(
      async () => (await watching.size()) === (await owner.size()),
      async () => `one is ${await watching.size()}, the other ${await owner.size()}`,
    );
    await watching.quiet();
    const { fits, right, bottom } = await reach(watching);
    expect(fits).toBe(true);
    expect(Math.min(right, bottom)).toBeGreaterThanOrEqual(0);
  });

  test('is scrolled both ways on a phone that is too small even for the smallest font', async () => {
    const owner = await driving({ width: 1900, height: 1000 });
    const watching = await guest(PHONE, true);
    await watching.sees('row 1 of');
    expect(await watching.size()).toBe(await owner.size());
    const { fits, font, right, bottom } = await reach(watching);
    expect({ fits, font }).toEqual({ fits: false, font: 7 });
    expect(Math.min(right, bottom)).toBeGreaterThanOrEqual(0);
  });

  test('is moved by a finger there', async () => {
    await driving({ width: 1900, height: 1000 });
    const watching = await guest(PHONE, true);
    await watching.sees('row 1 of');
    await eventually(
      async () => (await watching.terminal.evaluate((element) => element.scrollWidth - element.clientWidth)) > 0,
      () => 'it fits',
    );
    await swipe(watching.page, { x: 300, y: 300 }, { x: 60, y: 300 });
    await eventually(
      async () => (await watching.terminal.evaluate((element) => element.scrollLeft)) > 100,
      async () => `it was scrolled by ${await watching.terminal.evaluate((element) => element.scrollLeft)}`,
    );
  });
});

async function swipe(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  await touch('touchStart', [from]);
  for (let step = 1; step <= 10; step += 1)
    await touch('touchMove', [
      { x: from.x + ((to.x - from.x) * step) / 10, y: from.y + ((to.y - from.y) * step) / 10 },
    ]);
  await touch('touchEnd', []);
}
