/**
 * `npm run bench:browser`: a flood in a real browser. 50 MB of `yes` through the whole chain into xterm.js, while somebody
 * types; then Ctrl-C in a flood without end.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { median } from '../terminal/statistics';
import { startServer } from '../terminal/server-process';

const PASSWORD = 'only for the benchmark';
const FLOOD_BYTES = 50_000_000;
const KEY_INTERVAL_MS = 200;
const MAX_FLOOD_MS = 180_000;
/** A task longer than this is one that a person notices (the bar). Milliseconds. */
const LONGEST_TASK_MS = 200;

declare global {
  interface Window {
    /** Durations in milliseconds: tasks over 50 ms, and from a key to the next frame painted. */
    bench: { tasks: number[]; keys: number[] };
  }
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-browser-'));
  const server = await onFreePorts(1, (port) =>
    startServer(
      process.execPath,
      [join(__dirname, 'launcher.js'), '/bin/bash'],
      { port, access: {} },
      {
        PORT: String(port),
        INTERNAL_PORT: '0',
        NODE_ENV: 'test',
        LOG_LEVEL: 'warn',
        DATA_DIR: join(scratch, 'data'),
        CLAUDE_WORKING_DIR: join(scratch, 'sessions'),
        CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
        SESSION_ISOLATION: 'off',
      },
    ),
  );
  const { port } = server.target;
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 700 } });
    await signIn(page, `http://localhost:${port}`);
    await observe(page);
    await flood(page);
    await interrupt(page);
  } finally {
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const terminal = page.getByTestId('terminal').filter({ visible: true });
  await terminal.click();
  await shows(page, /[$#] $/);
}

function observe(page: Page): Promise<void> {
  return page.evaluate(() => {
    window.bench = { tasks: [], keys: [] };
    const into = (list: number[]) => (entries: PerformanceObserverEntryList) => {
      for (const { duration } of entries.getEntries()) list.push(duration);
    };
    new PerformanceObserver(into(window.bench.tasks)).observe({ type: 'longtask' });
    new PerformanceObserver((entries) => {
      const keys = entries.getEntries().filter(({ name }) => name === 'keydown');
      for (const { duration } of keys) window.bench.keys.push(duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
}

/** Prints the flood, and types into it until its end is on the screen. */
async function flood(page: Page): Promise<void> {
  await page.keyboard.type(`yes | head -c ${FLOOD_BYTES}; echo E''ND`);
  const start = performance.now();
  await page.keyboard.press('Enter');
  const end = shows(page, /END/).then(() => 'end' as const);
  let keys = 0;
  while ((await Promise.race([end, page.waitForTimeout(KEY_INTERVAL_MS)])) !== 'end') {
    // Shift alone types nothing that the shell would keep for later.
    await page.keyboard.press('Shift');
    keys += 1;
  }
  const seconds = (performance.now() - start) / 1000;
  const { tasks, keys: slowKeys } = await page.evaluate(() => window.bench);
  const longest = Math.max(0, ...tasks);
  say(
    `50 MB of yes: ${seconds.toFixed(1)} s to the end on the screen, ${(FLOOD_BYTES / 1e6 / seconds).toFixed(1)} MB/s`,
  );
  say(
    `longest task: ${longest.toFixed(0)} ms (${longest <= LONGEST_TASK_MS ? 'met' : 'missed'}: at most ${LONGEST_TASK_MS} ms); ${tasks.length} over 50 ms`,
  );
  const slow =
    slowKeys.length === 0
      ? 'none over 16 ms'
      : `${slowKeys.length} over 16 ms, median ${median(slowKeys)} ms, longest ${Math.max(...slowKeys)} ms`;
  say(`from a key to the next frame, ${keys} keys: ${slow}`);
}

async function interrupt(page: Page): Promise<void> {
  await page.keyboard.type('yes');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(2000);
  const start = performance.now();
  await page.keyboard.press('Control+c');
  await shows(page, /\^C[\s\S]*[$#] $/);
  say(`Ctrl-C in an endless flood: the prompt is back after ${(performance.now() - start).toFixed(0)} ms`);
}

/** Waits until the last lines of the terminal match. */
async function shows(page: Page, pattern: RegExp): Promise<void> {
  const look = ({ source }: { source: string }) => {
    const [element] = [...document.querySelectorAll('[data-testid="terminal"]')] as (Element & {
      terminal?: {
        buffer: {
          active: { baseY: number; cursorY: number; getLine(y: number): { translateToString(): string } | undefined };
        };
      };
    })[];
    const buffer = element?.terminal?.buffer.active;
    if (buffer === undefined) return false;
    const end = buffer.baseY + buffer.cursorY;
    const lines = [end - 2, end - 1, end].map((y) => buffer.getLine(y)?.translateToString().trimEnd() ?? '');
    return new RegExp(source).test(`${lines.join('\n')} `);
  };
  await page.waitForFunction(look, { source: pattern.source }, { timeout: MAX_FLOOD_MS, polling: 20 });
}

function say(text: string): void {
  console.log(text);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
