/** A server on the local network without TLS: browsers take away the APIs of secure contexts. */
import { openStage, UNTRUSTED_HOST } from '../system/stage';
import type { Stage } from '../system/stage';
import { WorkbenchPage } from '../system/workbench-page';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test('over plain HTTP from another machine a session answers, and links can be copied', async () => {
  const context = await stage.newContext();
  const page = await context.newPage();
  const url = new URL(stage.gateway.url);
  url.hostname = UNTRUSTED_HOST;
  const workbench = await WorkbenchPage.signIn(page, url.origin);
  expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
  await workbench.ready();
  await workbench.prompt('say: without any TLS');
  await workbench.sees('● without any TLS');
  await workbench.button('Share').click();
  await workbench.button('Create link').click();
  await workbench.button('Copy').click();
  await page.getByText('Link copied.').waitFor();
  const copied = await page.getByLabel('Link', { exact: true }).inputValue();
  await page.keyboard.press('Escape');
  await workbench.type('say: ');
  await page.keyboard.press('Control+Shift+V');
  await workbench.sees(copied.slice(0, 40));
  expect(stage.complaints).toEqual([]);
});
