/**
 * A page in the background, whose timers Chromium slows to one in a second. By puppeteer: playwright keeps its pages in view, whatever is
 * before them.
 */
import puppeteer from 'puppeteer-core';
import type { Browser, Page } from 'puppeteer-core';
import { PASSWORD, USERNAME } from '@claude-webui/testing/page/person';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { openRawStage, startShell } from '../system/raw-program';
import type { Stage } from '../system/stage';

const LINES = 2_000_000;
const PATIENCE_MS = 60_000;
/** Time to put another page in front. Seconds. */
const BEFORE = 2;
/** Playwright is not the only one to switch off what is tested here. */
const KEEPS_BACKGROUND_QUICK = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

let stage: Stage;
let browser: Browser;
beforeAll(async () => {
  stage = await openRawStage();
  browser = await puppeteer.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-quic', '--no-first-run'],
    ignoreDefaultArgs: KEEPS_BACKGROUND_QUICK,
  });
});
afterAll(async () => {
  await browser.close();
  await stage.close();
});
afterEach(() => stage.clear());

const textOf = (page: Page) =>
  page.evaluate(() => {
    const { terminal } = document.querySelector('[data-testid="terminal"]') ?? {};
    const { active } = terminal?.buffer ?? {};
    const rows = Array.from({ length: 200 }, (_, back) => active?.getLine(active.length - 200 + back));
    return rows.map((row) => row?.translateToString(true) ?? '').join('\n');
  });

async function sees(page: Page, text: string): Promise<void> {
  await eventually(
    async () => (await textOf(page)).includes(text),
    () => textOf(page),
    PATIENCE_MS,
  );
}

/** A page with a shell. */
async function open(): Promise<Page> {
  await startShell(stage.gateway.url);
  const page = await (await browser.createBrowserContext()).newPage();
  await page.goto(stage.gateway.url);
  await page.locator('::-p-aria(Username)').fill(USERNAME);
  await page.locator('::-p-aria(Password)').fill(PASSWORD);
  await page.locator('::-p-aria([name="Sign in"][role="button"])').click();
  await page.waitForSelector('.xterm-helper-textarea');
  await sees(page, '$');
  return page;
}

/** Types a command, and puts another page in front before it begins. */
async function runHidden(page: Page, command: string): Promise<void> {
  await page.bringToFront();
  await page.focus('.xterm-helper-textarea');
  await page.keyboard.type(`sleep ${BEFORE}; ${command}\n`);
  const other = await page.browserContext().newPage();
  await other.bringToFront();
  expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
}

test(`seq ${LINES} is as quick as in a page in view`, async () => {
  const page = await open();
  const took = async (mark: string) => {
    const since = performance.now();
    await sees(page, `${mark}-done`);
    return performance.now() - since;
  };
  const command = (mark: string) => `seq ${LINES}; echo ${mark}''-done`;
  await page.focus('.xterm-helper-textarea');
  await page.keyboard.type(`sleep ${BEFORE}; ${command('seen')}\n`);
  const seen = await took('seen');
  await runHidden(page, command('hidden'));
  const hidden = await took('hidden');
  process.stdout.write(`in view: ${Math.round(seen)} ms, hidden: ${Math.round(hidden)} ms\n`);
  expect(hidden).toBeLessThan(2 * seen);
}, 180_000);

test('a program’s questions are answered at once', async () => {
  const page = await open();
  const ask = "for i in 1 2 3 4 5 6 7 8 9 10; do printf '\\033[6n'; read -s -d R -t 3 || echo no''answer; done";
  await runHidden(page, `${ask}; echo answe''red in $((SECONDS - since))s`.replace(ask, `since=$SECONDS; ${ask}`));
  await sees(page, 'answered in');
  const text = await textOf(page);
  expect(text).not.toContain('noanswer');
  expect(Number(/answered in (\d+)s/.exec(text)?.[1])).toBeLessThanOrEqual(1);
}, 90_000);
