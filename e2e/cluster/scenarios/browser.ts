import type { BrowserContext } from 'playwright-core';
import { watch } from '@claude-webui/testing/page/browser';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { URL_OF_EDGE } from '@claude-webui/testing/cluster/address';
import { browserAtEdge, signInAtEdge } from '@claude-webui/testing/cluster/browser';
import { Person } from '@claude-webui/testing/cluster/edge';

const START_TIMEOUT_MS = 120_000;

/** A person with a browser, and the real CLI in a pod. */
export function browserScenario(): void {
  let context: BrowserContext;
  const complaints: string[] = [];

  beforeAll(async () => {
    context = await browserAtEdge();
    context.on('page', (page) => watch(page, complaints));
  });
  afterAll(async () => {
    await context.browser()?.close();
    await (await Person.signIn()).endAll();
  });

  test('signs in, prompts, reads the answer; again in a second tab and after a reload; signs out', async () => {
    const page = await signInAtEdge(context);
    await page.ready(START_TIMEOUT_MS);
    await page.prompt('say: Pineapple from the cluster.');
    await page.sees('● Pineapple from the cluster.', START_TIMEOUT_MS);

    const tab = await context.newPage();
    await tab.goto(URL_OF_EDGE);
    const second = await new WorkbenchPage(tab).opened();
    await second.sees('● Pineapple from the cluster.', START_TIMEOUT_MS);
    await second.page.close();

    await page.page.reload();
    await page.opened();
    await page.sees('● Pineapple from the cluster.', START_TIMEOUT_MS);

    await page.button('Sign out').click();
    await page.page.getByLabel('Password').waitFor();
    expect(complaints).toEqual([]);
  });

  test('where WebSockets are refused polls, and the edge holds it to one gateway', async () => {
    const polling = await browserAtEdge();
    try {
      // What opens none there, as a proxy on the way would have it.
      await polling.addInitScript(() => {
        window.WebSocket = class extends WebSocket {
          constructor() {
            super(`wss://${location.host}/refused`);
          }
        };
      });
      const page = await signInAtEdge(polling);
      await page.ready(START_TIMEOUT_MS);
      for (const word of ['Apple', 'Banana', 'Cherry']) {
        await page.prompt(`say: ${word} by polling.`);
        await page.sees(`● ${word} by polling.`, START_TIMEOUT_MS);
      }
      await page.notice('The connection is gone').waitFor({ state: 'detached' });
    } finally {
      await polling.browser()?.close();
    }
  });
}
