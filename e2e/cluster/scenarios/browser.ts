import type { Browser, BrowserContext } from 'playwright-core';
import { launchBrowser, watch } from '../../system/browser';
import { WorkbenchPage } from '../../system/workbench-page';
import { URL_OF_EDGE } from '../address';
import { Person, passwordOfAdministrator, USERNAME } from '../edge';
import { nodeAddress } from '../kubernetes';

const START_TIMEOUT_MS = 120_000;

/** A person with a browser, and the real CLI in a pod. */
export function browserScenario(): void {
  let browser: Browser;
  let context: BrowserContext;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser([`--host-resolver-rules=MAP terminal.test ${await nodeAddress()}`]);
    // The cluster's CA is a file of this suite, not one of the browser's.
    context = await browser.newContext({ viewport: { width: 1100, height: 700 }, ignoreHTTPSErrors: true });
    context.on('page', (page) => watch(page, complaints));
  });
  afterAll(async () => {
    await browser.close();
    await (await Person.signIn()).endAll();
  });

  test('signs in, prompts, reads the answer; again in a second tab and after a reload; signs out', async () => {
    const person = { username: USERNAME, password: await passwordOfAdministrator() };
    const page = await WorkbenchPage.signIn(await context.newPage(), URL_OF_EDGE, person);
    await page.ready(START_TIMEOUT_MS);
    await page.prompt('say: Pineapple from the cluster.');
    await page.sees('Pineapple from the cluster.', START_TIMEOUT_MS);

    const tab = await context.newPage();
    await tab.goto(URL_OF_EDGE);
    const second = await new WorkbenchPage(tab).opened();
    await second.sees('Pineapple from the cluster.', START_TIMEOUT_MS);
    await second.page.close();

    await page.page.reload();
    await page.opened();
    await page.sees('Pineapple from the cluster.', START_TIMEOUT_MS);

    await page.button('Sign out').click();
    await page.page.getByLabel('Password').waitFor();
    expect(complaints).toEqual([]);
  });
}
