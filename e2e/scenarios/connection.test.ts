/** What a bad network does, and what it must not do. */
import { testUnless } from '@claude-webui/testing/unless';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { noNginx, startRoundRobin } from '../system/round-robin';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';
import { startSeverableProxy } from '../system/severable-proxy';
import type { SeverableProxy } from '../system/severable-proxy';

let stage: Stage;
let proxy: SeverableProxy;
beforeAll(async () => {
  stage = await openStage();
  proxy = await startSeverableProxy(stage.gateway.url);
});
afterEach(async () => {
  proxy.mend();
  await stage.clear();
});
afterAll(async () => {
  await proxy.close();
  await stage.close();
});

test('a dead link shows at once, what is typed into it is kept, and arrives once', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, proxy.url);
  await workbench.ready();
  proxy.cut();
  await workbench.notice('The connection is gone').waitFor();
  await workbench.type('say: typed into the void');
  await workbench.notice('kept and sent then').waitFor();
  // In vain, and the notice stays.
  await workbench.button('Reconnect now').click();
  await workbench.notice('The connection is gone').waitFor();
  proxy.mend();
  await workbench.sees('say: typed into the void');
  await page.keyboard.press('Enter');
  await workbench.sees('● typed into the void');
  expect((await workbench.text()).match(/❯ say: typed into the void/g)).toHaveLength(1);
});

test('what was typed without a connection is discarded, and said to be, where another window has taken over meanwhile', async () => {
  const context = await stage.newContext();
  const workbench = await WorkbenchPage.signIn(await context.newPage(), proxy.url);
  await workbench.ready();
  // A person of the same name at a link that holds.
  const other = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await other.ready();
  proxy.cut();
  await workbench.notice('The connection is gone').waitFor();
  await workbench.type('abc');
  await workbench.notice('3 keys kept').waitFor();
  await other.button('Take over').click();
  await other.prompt('say: by the other');
  await other.sees('● by the other');
  proxy.mend();
  await workbench.page.getByText('3 keys that you typed were discarded').waitFor();
  await workbench.notice('somebody else is typing').waitFor();
  expect(await workbench.notice('kept').count()).toBe(0);
  await workbench.button('Take over').click();
  await workbench.prompt('say: mine again');
  await workbench.sees('● mine again');
  expect(await workbench.text()).not.toContain('abc');
});

test('a connection that swallows what is typed is said and replaced within seconds, and what was typed arrives once', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, proxy.url);
  await workbench.ready();
  proxy.stall();
  const isTried = proxy.refuse();
  const since = performance.now();
  await workbench.type('say: typed into the void');
  await workbench.notice('does not respond').waitFor();
  await isTried;
  proxy.mend();
  await workbench.sees('say: typed into the void');
  expect(performance.now() - since).toBeLessThan(15_000);
  await page.keyboard.press('Enter');
  await workbench.sees('● typed into the void');
  expect((await workbench.text()).match(/❯ say: typed into the void/g)).toHaveLength(1);
});

test('a connection that died while nobody looked is replaced when the page is looked at again', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, proxy.url);
  await workbench.ready();
  proxy.stall();
  const isTried = proxy.refuse();
  await page.evaluate(() => window.dispatchEvent(new Event('pageshow')));
  await isTried;
  await workbench.notice('does not respond').waitFor();
  proxy.mend();
  await workbench.notice('does not respond').waitFor({ state: 'detached' });
  await workbench.prompt('say: back');
  await workbench.sees('● back');
});

test('an answer that came while the link was cut is there after it, once', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, proxy.url);
  await workbench.ready();
  await workbench.prompt('wait: 1500 the whole answer');
  proxy.cut();
  await workbench.notice('The connection is gone').waitFor();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  proxy.mend();
  await workbench.sees('● the whole answer');
  expect((await workbench.text()).match(/● the whole answer/g)).toHaveLength(1);
});

testUnless(noNginx, 'where something on the way refuses WebSockets a session answers all the same', async () => {
  const edge = await startRoundRobin([Number(new URL(stage.gateway.url).port)]);
  const context = await stage.newContext();
  try {
    const workbench = await WorkbenchPage.signIn(await context.newPage(), edge.urlWithoutWebSockets);
    await workbench.ready();
    await workbench.prompt('say: by polling');
    await workbench.sees('● by polling');
  } finally {
    await context.close();
    await edge.close();
  }
});
