import type { BrowserContext } from 'playwright-core';
import { launchBrowser } from '../page/browser';
import { WorkbenchPage } from '../page/workbench-page';
import { URL_OF_EDGE } from './address';
import { passwordOfAdministrator, USERNAME } from './edge';
import { nodeAddress } from './kubernetes';

/** A browser that finds the edge. Whoever opens it closes `context.browser()`. */
export async function browserAtEdge(): Promise<BrowserContext> {
  const browser = await launchBrowser([`--host-resolver-rules=MAP terminal.test ${await nodeAddress()}`]);
  // The cluster's CA is a file of this suite, not one of the browser's.
  return browser.newContext({ viewport: { width: 1100, height: 700 }, ignoreHTTPSErrors: true });
}

/** A new page, in which the administrator has signed in. */
export async function signInAtEdge(context: BrowserContext): Promise<WorkbenchPage> {
  const administrator = { username: USERNAME, password: await passwordOfAdministrator() };
  return WorkbenchPage.signIn(await context.newPage(), URL_OF_EDGE, administrator);
}
