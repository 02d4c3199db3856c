/** Where a person was: addresses of sessions, tabs over reloads, and the browser's own back and forward. */
import type { Page } from 'playwright-core';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { startCookieLessProxy } from '../system/cookie-less-proxy';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

const UNKNOWN = '/s/3f0c5f0e-0000-4000-8000-000000000000';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});
afterAll(() => stage.close());

const tabs = (page: Page) => page.getByRole('toolbar', { name: 'Open sessions' }).locator('.choose');
const current = (page: Page) => page.locator('.tab.current .name');
const atSession = (name: string) => (page: Page) => current(page).filter({ hasText: name }).waitFor();

/** A person with three sessions, open in this order and the second in view. */
async function three(page: Page): Promise<WorkbenchPage> {
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await atSession('Session 1')(page);
  for (const name of ['beta', 'gamma']) {
    await workbench.button('New session').click();
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await workbench.button('Start').click();
    await atSession(name)(page);
  }
  await tabs(page).nth(1).click();
  await atSession('beta')(page);
  return workbench;
}

test('a reload brings back the tabs, their order, and the one in view', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await three(page);
  const address = page.url();
  expect(new URL(address).pathname).toMatch(/^\/s\/[0-9a-f-]{36}$/);
  await page.reload();
  await workbench.opened();
  await atSession('beta')(page);
  await tabs(page).nth(2).waitFor();
  expect(await tabs(page).allInnerTexts()).toEqual(['Session 1', 'beta', 'gamma']);
  expect(page.url()).toBe(address);
  await page.getByRole('navigation').getByText('beta').waitFor();
  expect(await page.title()).toContain('beta');
});

test('back and forward go through what was in view', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await three(page);
  await page.goBack();
  await atSession('gamma')(page);
  await page.goBack();
  await atSession('beta')(page);
  await page.goBack();
  await atSession('Session 1')(page);
  await page.goForward();
  await atSession('beta')(page);
  await workbench.button('Administration').click();
  await page.getByRole('heading', { name: 'Administration' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/administration');
  await page.goBack();
  await page.getByRole('heading', { name: 'Administration' }).waitFor({ state: 'detached' });
  await atSession('beta')(page);
});

test('an address opens its session in another tab of the browser, also after a sign-in', async () => {
  const context = await stage.newContext();
  const first = await three(await context.newPage());
  const address = first.page.url();
  const second = await context.newPage();
  await second.goto(address);
  await atSession('beta')(second);
  expect(await tabs(second).count()).toBe(1);

  const elsewhere = await (await stage.newContext()).newPage();
  const signedIn = await WorkbenchPage.signIn(elsewhere, address);
  await atSession('beta')(elsewhere);
  await signedIn.ready();
});

test('an address of no session says so, and leads to those there are', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.ready();
  await page.goto(stage.gateway.url + UNKNOWN);
  await page.getByText('There is no session at this address').waitFor();
  await workbench.button('Go to my sessions').click();
  await atSession('Session 1')(page);
  expect(new URL(page.url()).pathname).not.toBe(UNKNOWN);
});

test('who signs out leaves no tabs to the next, and the address is the start', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await three(page);
  await workbench.button('Sign out').click();
  await workbench.button('Sign in').waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
  await WorkbenchPage.signIn(page, stage.gateway.url);
  await tabs(page).first().waitFor();
  expect(await tabs(page).count()).toBe(1);
});

test('where the browser stores nothing the address still says what is in view, and the page says what is lost', async () => {
  const context = await stage.newContext();
  await context.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
  });
  const page = await context.newPage();
  const workbench = await three(page);
  await workbench.button('Settings').click();
  await page.getByText('lets the page store nothing').waitFor();
  await page.getByLabel('Theme').selectOption('light');
  await page.locator('html[data-theme=light]').waitFor();
  await page.keyboard.press('Escape');
  await page.reload();
  await atSession('beta')(page);
});

test('where the browser keeps no cookies a person works, and is told when to sign in again', async () => {
  const proxy = await startCookieLessProxy(stage.gateway.url);
  try {
    const page = await (await stage.newContext()).newPage();
    const workbench = await WorkbenchPage.signIn(page, proxy.url);
    await page.getByText('This browser keeps no cookies').waitFor();
    await workbench.ready();
    await page.close();
  } finally {
    await proxy.close();
  }
});
