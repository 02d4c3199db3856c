/** A server on the local network without TLS: browsers take away the APIs of secure contexts. */
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openStage, UNTRUSTED_HOST } from '../system/stage';
import type { Stage } from '../system/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ ALLOWED_HOSTS: UNTRUSTED_HOST });
});
afterAll(() => stage.close());

function originAt(host: string): string {
  const url = new URL(stage.gateway.url);
  url.hostname = host;
  return url.origin;
}

test('under a name that the server does not know, the page says what to set', async () => {
  const context = await stage.newContext();
  const page = await context.newPage();
  const answer = await page.goto(originAt(`other.${UNTRUSTED_HOST}`));
  expect(answer?.status()).toBe(403);
  await page.getByText('List the name in ALLOWED_HOSTS or PUBLIC_ORIGIN.').waitFor();
});

test('over plain HTTP from another machine a session answers, and links can be copied', async () => {
  const context = await stage.newContext();
  const page = await context.newPage();
  const workbench = await WorkbenchPage.signIn(page, originAt(UNTRUSTED_HOST));
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
