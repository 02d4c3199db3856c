/** From the click on "New session" to Claude Code's prompt on the screen: with a CLI that waits at its prompt, and without. */
import type { Browser } from 'playwright-core';
import { launchBrowser } from '@claude-webui/testing/page/browser';
import type { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { signInAtEdge } from '@claude-webui/testing/cluster/browser';
import { Person } from '@claude-webui/testing/cluster/edge';
import { get, nodeAddress, SESSIONS, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { percentile } from '../terminal/statistics';

const WARM_ROUNDS = 40;
const COLD_ROUNDS = 8;
const PROMPT_TIMEOUT_MS = 120_000;

interface Template {
  status?: { warmPool?: { ready?: number } };
}

export async function measureStart(): Promise<string> {
  const browser = await launchBrowser([`--host-resolver-rules=MAP terminal.test ${await nodeAddress()}`]);
  try {
    await upgrade();
    const warm = await rounds(browser, WARM_ROUNDS, waitForPool);
    await upgrade('sessions.templates.default.warmPool.size=0');
    const cold = await rounds(browser, COLD_ROUNDS, () => Promise.resolve());
    const row = (name: string, times: number[]) =>
      `| ${name} | ${[0.5, 0.95].map((part) => (percentile(times, part) / 1000).toFixed(2)).join(' | ')} | ${times.length} |`;
    return [
      '| from the click to the prompt | p50 s | p95 s | rounds |',
      '|---|---|---|---|',
      row('warm: a pod waits with the CLI at its prompt', warm),
      row('cold: no pool', cold),
    ].join('\n');
  } finally {
    await browser.close();
  }
}

async function rounds(browser: Browser, count: number, prepare: () => Promise<void>): Promise<number[]> {
  const person = await Person.signIn();
  const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, ignoreHTTPSErrors: true });
  const page = await signInAtEdge(context);
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    await person.endAll();
    await prepare();
    times.push(await clickToPrompt(page));
  }
  await person.endAll();
  await context.close();
  return times;
}

const waitForPool = () =>
  eventually(
    async () => {
      const { status } = await get<Template>('--namespace', SESSIONS, 'sessiontemplate', 'default');
      return (status?.warmPool?.ready ?? 0) > 0;
    },
    () => 'no pod waits',
    PROMPT_TIMEOUT_MS,
  );

declare global {
  interface Window {
    /** Milliseconds from the click to the prompt; pending until then. */
    prompted: Promise<number>;
  }
}

/** Measured in the page, frame by frame. */
async function clickToPrompt({ page }: WorkbenchPage): Promise<number> {
  await page.getByRole('button', { name: 'New session', exact: true }).click();
  const start = page.getByRole('button', { name: 'Start', exact: true });
  await start.waitFor();
  await page.evaluate(() => {
    const terminals = () => [...document.querySelectorAll('[data-testid=terminal]')];
    const before = new Set(terminals());
    const shown = (element: Element) => {
      const buffer = element.terminal?.buffer.active;
      const rows = Array.from({ length: buffer?.length ?? 0 }, (_, y) => buffer?.getLine(y)?.translateToString() ?? '');
      return rows.some((row) => row.includes('? for shortcuts'));
    };
    window.prompted = new Promise((resolve) => {
      let clickedAt = NaN;
      document.addEventListener('click', () => (clickedAt = performance.now()), { capture: true, once: true });
      const look = () => {
        if (terminals().some((element) => !before.has(element) && shown(element)))
          resolve(performance.now() - clickedAt);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  });
  await start.click();
  return page.evaluate(() => window.prompted);
}
