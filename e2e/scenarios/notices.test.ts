/** What lies over the terminal: never over the rows that a person looks at, never outside of the window, and never for good. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { READY, openRawStage, startScript } from '../system/raw-program';
import { signInByRest } from '../system/rest';
import { useSeverableStage } from '../system/severable-stage';

const LONG = 'is a sentence as long as those that administrators write when something is going to happen at six';
/** Asks for the clipboard. */
const COPY = `\x1b]52;c;${Buffer.from(`text ${LONG}`).toString('base64')}\x07`;
/** More lines than a page keeps. */
const LINES = '10100';
/** Prints what is typed as it is. What asks for the clipboard, and many lines, do not go through a session's input. */
const MIRROR = `
  const others = { copy: ${JSON.stringify(COPY)}, lines: 'line\\r\\n'.repeat(${LINES}) };
  process.stdin.setRawMode(true);
  process.stdin.on('data', (data) => process.stdout.write(others[data] ?? data));
  process.stdout.write('${READY}');`;
const URL_OF_LINK = `https://example.com/${'a-long-address/'.repeat(8)}`;
const LINK = `\x1b]8;;${URL_OF_LINK}\x1b\\link\x1b]8;;\x1b\\`;
const NOTICES = '.notice, .search-bar, .asking, .link-target, .end-of-lines, .toast';

const scene = useSeverableStage(openRawStage);

/** What is wrong with the notices that are in view: each covers pixels of a row that is to be seen, or is not in what can be seen. */
function wrong(page: Page): Promise<string[]> {
  return page.evaluate((notices) => {
    const screen = document.querySelector('.pane:not([hidden]) .xterm-screen');
    const terminal = screen?.closest('[data-testid=terminal]')?.terminal;
    if (screen === null || terminal === undefined) return ['no terminal'];
    const box = screen.getBoundingClientRect();
    const row = box.height / terminal.rows;
    const { baseY, cursorY, viewportY } = terminal.buffer.active;
    const match = document.querySelector('.search-bar') === null ? undefined : terminal.getSelectionPosition();
    const looked = [{ what: "the cursor's row", at: baseY + cursorY - viewportY }];
    if (match !== undefined) looked.push({ what: "the match's row", at: match.start.y - viewportY });
    if (document.querySelector('.end-of-lines') !== null) looked.push({ what: 'the first line', at: 0 });
    const seen = { top: visualViewport?.offsetTop ?? 0, height: visualViewport?.height ?? innerHeight };
    const found: string[] = [];
    const all = [...document.querySelectorAll(notices)].filter((element) => element.checkVisibility());
    for (const element of all) {
      const what = `${element.className} "${element.textContent.slice(0, 30)}"`;
      const scroller = (element.closest('.overlays, .toasts') ?? element).getBoundingClientRect();
      const { top: first, bottom: last, left, right } = element.getBoundingClientRect();
      // What is outside of the place that scrolls is not there.
      const [from, to] = [Math.max(first, scroller.top), Math.min(last, scroller.bottom)];
      for (const { what: covered, at } of looked) {
        const top = box.top + row * at;
        if (from < top + row - 0.5 && to > top + 0.5 && from < to)
          found.push(`${what} at ${from} to ${to} covers ${covered} at ${top} to ${top + row}`);
      }
      if (left < 0 || right > innerWidth) found.push(`${what} is not in the window`);
      if (from < to && (from < seen.top - 0.5 || to > seen.top + seen.height + 0.5))
        found.push(`${what} at ${from} to ${to} is out of view`);
    }
    for (const place of document.querySelectorAll('.overlays, .toasts')) {
      if (!place.checkVisibility() || place.querySelector(notices) === null) continue;
      const { height } = place.getBoundingClientRect();
      if (height < Math.min(32, row)) found.push(`${place.className} is ${height} high: nobody reads it`);
      if (place.scrollWidth > place.clientWidth + 1) found.push(`${place.className} is wider than its place`);
    }
    return found;
  }, NOTICES);
}

const isWell = (page: Page, what: string) => {
  let found: string[] = [];
  return eventually(
    async () => (found = await wrong(page)).length === 0,
    () => `${what}: ${found.join('; ')}`,
    5000,
  );
};

interface Screen {
  options: BrowserContextOptions;
  /** What an on-screen keyboard leaves of the window. */
  keyboard?: { height: number; offsetTop: number };
}

async function open({ options, keyboard }: Screen): Promise<WorkbenchPage> {
  const page = await (await scene.stage.newContext(options)).newPage();
  if (keyboard !== undefined)
    await page.addInitScript((keyboard) => {
      const values = { ...keyboard, width: innerWidth, scale: 1 };
      Object.defineProperty(window, 'visualViewport', { value: Object.assign(new EventTarget(), values) });
      addEventListener('load', () => visualViewport?.dispatchEvent(new Event('resize')));
    }, keyboard);
  await startScript(scene.stage.gateway.url, MIRROR);
  const workbench = await WorkbenchPage.signIn(page, scene.proxy.url);
  await workbench.sees(READY);
  await workbench.quiet();
  return workbench;
}

const print = ({ terminal }: WorkbenchPage, output: string) =>
  terminal.evaluate((element, output) => element.terminal?.input(output), output);

const SCREENS: readonly (readonly [what: string, screen: Screen])[] = [
  ['1280 pixels', { options: { viewport: { width: 1280, height: 800 } } }],
  ['320 pixels', { options: { viewport: { width: 320, height: 640 } } }],
  ['200 % of 1280 × 800', { options: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } }],
  [
    'an on-screen keyboard at 320 pixels',
    {
      options: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
      keyboard: { height: 330, offsetTop: 0 },
    },
  ],
  [
    'an on-screen keyboard that moves the page',
    {
      options: { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true },
      keyboard: { height: 360, offsetTop: 90 },
    },
  ],
];

const PLACES = ['first', 'middle', 'last'] as const;

type Place = (typeof PLACES)[number];

/** Rows of the terminal, and which of them a place is, counted from 1. */
async function rowsOf(workbench: WorkbenchPage): Promise<{ rows: number; rowOf: (place: Place) => number }> {
  const rows = Number((await workbench.size()).split('×')[1]);
  return { rows, rowOf: (place) => ({ first: 1, middle: Math.ceil(rows / 2), last: rows })[place] };
}

/** Prints a link beside the cursor's row and puts the cursor there. Resolves with the place of the link on the page. */
async function printLink(workbench: WorkbenchPage, place: Place): Promise<{ x: number; y: number }> {
  const { rows, rowOf } = await rowsOf(workbench);
  const at = rowOf(place);
  const beside = at === 1 ? 2 : at - 1;
  await print(workbench, `\x1b[2J\x1b[${beside};1H${LINK}\x1b[${at};3H`);
  await eventually(
    () => workbench.terminal.evaluate(({ terminal }, y) => terminal?.buffer.active.cursorY === y, at - 1),
    () => 'the cursor has not moved',
  );
  await isWell(workbench.page, 'without notices');
  return workbench.terminal.locator('.xterm-screen').evaluate(
    (element, { row, rows }) => {
      const { x, y, height } = element.getBoundingClientRect();
      return { x: x + 12, y: y + (height / rows) * (row - 0.5) };
    },
    { row: beside, rows },
  );
}

describe.each(SCREENS)('%s', (_what, screen) => {
  test.each(PLACES)('with the cursor in the %s row no notice covers it, and each goes', async (place) => {
    const workbench = await open(screen);
    const { page } = workbench;
    const { rows, rowOf } = await rowsOf(workbench);
    const link = await printLink(workbench, place);

    await workbench.button('Search').click();
    await page.getByLabel('Search the terminal').waitFor();
    await isWell(page, 'the search bar');

    await print(workbench, 'copy');
    const question = workbench.notice('wants to copy text');
    await question.waitFor();
    await isWell(page, 'the question about the clipboard');

    const isInReach = await page.evaluate(
      ({ x, y }) => document.elementFromPoint(x, y)?.closest('.terminal') !== null,
      link,
    );
    if (screen.options.hasTouch !== true && isInReach) {
      await page.mouse.move(link.x + 3, link.y);
      await page.mouse.move(link.x, link.y, { steps: 3 });
      await page.locator('.link-target').filter({ hasText: URL_OF_LINK }).waitFor();
      await isWell(page, 'the target of a link');
    }

    const call = await signInByRest(scene.stage.gateway.url);
    for (const text of ['One', 'Two', 'Three', 'Four']) {
      await call('POST', '/api/v1/admin/notices', { text: `${text} ${LONG}` });
      await page.locator('.toast').filter({ hasText: text }).waitFor();
      await isWell(page, `${text} toasts`);
    }

    scene.proxy.cut();
    await workbench.notice('The connection is gone').waitFor();
    await isWell(page, 'a lost connection');
    scene.proxy.mend();
    await workbench.notice('The connection is gone').waitFor({ state: 'detached' });

    for (const other of PLACES) {
      await print(workbench, `\x1b[${rowOf(other)};3H`);
      await eventually(
        () => workbench.terminal.evaluate(({ terminal }, y) => terminal?.buffer.active.cursorY === y, rowOf(other) - 1),
        () => 'the cursor has not moved',
      );
      await isWell(page, `the cursor has moved to the ${other} row`);
    }

    for (const name of ['Dismiss', 'Not now', 'Close search'])
      while ((await workbench.button(name).count()) > 0) await workbench.button(name).first().click();
    await page.mouse.move(1, 1);
    await eventually(
      async () => (await page.locator(NOTICES).filter({ visible: true }).count()) === 0,
      async () => (await page.locator(NOTICES).allInnerTexts()).join('; '),
    );
    expect(await workbench.size()).toContain(`×${rows}`);
  });

  test('neither what is found nor the first line that is kept is covered', async () => {
    const workbench = await open(screen);
    const { page, terminal } = workbench;
    const { rows, rowOf } = await rowsOf(workbench);
    const words = PLACES.map((place) => `\x1b[${rowOf(place)};1Hsought`).join('');
    await workbench.button('Search').click();
    for (const place of PLACES) {
      await print(workbench, `\x1b[2J${words}\x1b[${rowOf(place)};12H`);
      await eventually(
        () => workbench.terminal.evaluate(({ terminal }, y) => terminal?.buffer.active.cursorY === y, rowOf(place) - 1),
        () => 'the cursor has not moved',
      );
      await page.getByLabel('Search the terminal').fill('');
      await page.getByLabel('Search the terminal').fill('sought');
      for (const found of ['1 of 3', '2 of 3', '3 of 3']) {
        await page.getByText(found).waitFor();
        await isWell(page, `match ${found} with the cursor in the ${place} row`);
        await workbench.button('Next match').click();
      }
    }
    await workbench.button('Close search').click();
    await print(workbench, 'lines');
    const last = () => terminal.evaluate(({ terminal }) => terminal?.buffer.active.length);
    await eventually(
      async () => (await last()) === 10_000 + rows,
      async () => `${await last()} lines`,
    );
    await terminal.evaluate((element) => element.terminal?.scrollToTop());
    await page.locator('.end-of-lines').waitFor();
    await isWell(page, 'the end of what is kept');
  });

  test.each(PLACES)(
    'with the cursor in the %s row neither an error nor the question of a link covers it',
    async (place) => {
      const workbench = await open(screen);
      const { page } = workbench;
      const link = await printLink(workbench, place);
      if (screen.options.hasTouch === true) {
        await page.touchscreen.tap(link.x, link.y);
        await page.locator('.asking').filter({ hasText: URL_OF_LINK }).waitFor();
        await isWell(page, 'the question of a link');
      }
      await workbench.button('Share').click();
      await page.route('**/shares', (route) => route.abort(), { times: 1 });
      await workbench.button('Create link').click();
      await page.locator('.toast.error').waitFor();
      await workbench.button('Create link').click();
      await workbench.button('Copy').click();
      await page.locator('.toast.info').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await isWell(page, 'an error, and something in passing');
    },
  );
});
