import type { Locator, Page } from 'playwright-core';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

const SIGNED_OUT_MS = 5000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

/** An administrator on their page. */
async function administrator(): Promise<WorkbenchPage> {
  const admin = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await admin.button('Administration').click();
  await section(admin.page, 'People').waitFor();
  return admin;
}

const section = (page: Page, name: string): Locator => page.getByRole('region', { name });

/** Adds a user and gives the password that is shown. */
async function add({ page }: WorkbenchPage, username: string): Promise<string> {
  await page.getByRole('button', { name: 'Add user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(username);
  await dialog.getByRole('button', { name: 'Add' }).click();
  const password = await dialog.getByLabel('Password', { exact: true }).inputValue();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await section(page, 'People').getByText(username).waitFor();
  return password;
}

async function signIn(username: string, password: string): Promise<WorkbenchPage> {
  const page = await (await stage.newContext()).newPage();
  return WorkbenchPage.signIn(page, stage.gateway.url, { username, password });
}

test('an added user signs in, reads a notice, and loses a session that an administrator ends', async () => {
  const admin = await administrator();
  const carol = await signIn('carol', await add(admin, 'carol'));
  await carol.ready();
  expect(await carol.button('Administration').count()).toBe(0);

  await section(admin.page, 'Notice').getByLabel('Text').fill('<b>Back</b> at five.');
  await admin.button('Send to everybody').click();
  await carol.notice('admin: <b>Back</b> at five.').waitFor();
  await admin.notice('admin: <b>Back</b> at five.').waitFor();

  const entry = section(admin.page, 'Sessions').getByRole('listitem').filter({ hasText: 'carol' });
  await entry.getByText('1 attached').waitFor();
  await entry.getByRole('button', { name: /^End/ }).click();
  await admin.button('End session').click();
  await entry.waitFor({ state: 'detached' });
  await carol.page.getByText('ended from the session list or by an administrator').first().waitFor();
});

test('a new password takes the place of the old one', async () => {
  const admin = await administrator();
  await add(admin, 'dora');
  await admin.button('New password for dora').click();
  await admin.button('Make up a password').click();
  const password = await admin.page.getByLabel('Password', { exact: true }).inputValue();
  await signIn('dora', password);
});

test('a user who is disabled is signed out within five seconds, and cannot sign in until enabled', async () => {
  const admin = await administrator();
  const password = await add(admin, 'erin');
  const erin = await signIn('erin', password);
  await erin.ready();
  await admin.button('Disable erin').click();
  await erin.button('Sign in').waitFor({ timeout: SIGNED_OUT_MS });
  await erin.page.getByLabel('Username').fill('erin');
  await erin.page.getByLabel('Password').fill(password);
  await erin.button('Sign in').click();
  await erin.page.getByRole('alert').filter({ hasText: 'is wrong' }).waitFor();
  await admin.button('Enable erin').click();
  await admin.button('Disable erin').waitFor();
  await erin.button('Sign in').click();
  await erin.opened();
});

test('administrators cannot disable themselves', async () => {
  const admin = await administrator();
  expect(await admin.button('Disable admin').isDisabled()).toBe(true);
});

test('everything is within reach of the keyboard and fits a narrow screen', async () => {
  const admin = await administrator();
  const { page } = admin;
  await page.setViewportSize({ width: 390, height: 800 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await admin.button('Sessions').focus();
  for (let presses = 0; !(await isFocused(admin.button('Add user'))); presses += 1) {
    if (presses > 40) throw new Error('The Tab key does not come to "Add user".');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await isFocused(admin.button('Add user'))).toBe(true);
});

const isFocused = (element: Locator) => element.evaluate((node) => node === document.activeElement);
