/** The server, or the way to it, is away for a while. Nobody is signed out by that, and nothing old is shown as if it were new. */
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
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
afterEach(() => {
  proxy.mend();
  return stage.clear();
});
afterAll(async () => {
  await proxy.close();
  await stage.close();
});

test('a laptop that was closed for hours and wakes without a network comes back signed in', async () => {
  const page = await (await stage.newContext()).newPage();
  await page.clock.install();
  const workbench = await WorkbenchPage.signIn(page, proxy.url);
  await workbench.ready();
  proxy.cut();
  const refused = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/auth/refresh'));
  await page.clock.fastForward('03:00:00');
  await refused;
  await page.getByText('Not connected').waitFor();
  expect(await workbench.button('Sign in').count()).toBe(0);
  proxy.mend();
  await workbench.prompt('say: awake again');
  await workbench.sees('● awake again');
  await page.getByText('Not connected').waitFor({ state: 'detached' });
});

test('a page that is opened while the server cannot be reached waits for it, and is signed in when it answers', async () => {
  const page = await (await stage.newContext()).newPage();
  await WorkbenchPage.signIn(page, proxy.url);
  await page.route('**/auth/refresh', (route) => route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }));
  await page.reload();
  await page.getByText('The server cannot be reached').waitFor();
  await page.unroute('**/auth/refresh');
  await new WorkbenchPage(page).opened();
});

test('after a restart of the server the list has what there is, and nobody is asked to sign in', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, proxy.url);
  await workbench.ready();
  await workbench.prompt('wait: 60000 never');
  const list = page.getByRole('navigation', { name: 'Sessions' });
  await list.getByText('Working').waitFor();
  await stage.restartGateway();
  await list.getByText('Working').waitFor({ state: 'detached' });
  await page.getByText('There is no such session').waitFor();
  expect(await page.getByText(/sign in/i).count()).toBe(0);
  await workbench.opened();
});
