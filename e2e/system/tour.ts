/** Every page and dialog of the client, one after another, with a shell in the session. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { startShell } from './raw-program';

const UNKNOWN = '/s/3f0c5f0e-0000-4000-8000-000000000000';
const CLIPBOARD_WRITE = `printf '\\033]52;c;aGVsbG8=\\007'`;

/** Called at each stop with its name. */
export type Visit = (name: string) => Promise<void>;

/** @param page of a browser that knows nobody; the tour ends with its session */
export async function tour(page: Page, url: string, visit: Visit): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Username').waitFor();
  await visit('sign-in');
  await startShell(url);
  const workbench = await WorkbenchPage.signIn(page, url);
  await workbench.sees('$');
  await visit('workbench');
  const way = new Tour(page, workbench, visit);
  await way.sessions();
  await way.administration();
  await way.files();
  await way.terminal();
  await way.pages(url);
}

class Tour {
  constructor(
    private readonly page: Page,
    private readonly workbench: WorkbenchPage,
    private readonly visit: Visit,
  ) {}

  async sessions(): Promise<void> {
    await this.list();
    await this.visit('list of sessions');
    await this.dialog('new session', () => this.click('New session'));
    for (const what of ['Rename', 'Share', 'End'])
      await this.dialog(`${what} dialog`, async () => {
        await this.page.getByRole('navigation').getByText('Session 1').hover();
        await this.click(`${what} Session 1`);
      });
    await this.dialog('settings', () => this.click('Settings'));
    await this.dialog('password', async () => {
      await this.click('Settings');
      await this.click('Change password');
    });
    await this.dialog('shortcuts', async () => {
      await this.workbench.button('Settings').focus();
      await this.page.keyboard.press('?');
    });
  }

  async administration(): Promise<void> {
    await this.list();
    await this.click('Administration');
    await this.workbench.button('Add user').waitFor();
    await this.visit('administration');
    await this.dialog('add user', () => this.click('Add user'));
    await this.dialog('new password', () => this.click('New password for admin'));
    await this.dialog('made password', async () => {
      await this.click('Add user');
      await this.page.getByRole('dialog').getByLabel('Name').fill(`person-${Date.now()}`);
      await this.page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
      await this.page.getByRole('textbox', { name: 'Password' }).waitFor();
    });
    await this.list();
    await this.click('Administration');
  }

  async files(): Promise<void> {
    const own = mkdtempSync(join(tmpdir(), 'tour-'));
    const file = join(own, 'a-file-with-a-name-that-is-longer-than-any-window-of-a-telephone-is-wide.txt');
    writeFileSync(file, 'text');
    const choose = () => this.page.getByLabel('Upload: choose').setInputFiles(file);
    await this.click('Files');
    await this.page.getByRole('treeitem').first().waitFor();
    await choose();
    const row = this.page.getByRole('treeitem').filter({ hasText: 'a-file' });
    await row.click();
    await this.visit('files');
    for (const what of ['New folder', 'Rename', 'Delete'])
      await this.dialog(`${what} of files`, () => this.click(what));
    await this.dialog('name that is taken', choose);
    await this.page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' });
    await this.page.getByLabel('Go to path').fill('/etc/passwd');
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('alert').filter({ hasText: 'outside the workspace' }).waitFor();
    await this.visit('path that is not there');
    await this.click('Close files');
    rmSync(own, { recursive: true });
  }

  async terminal(): Promise<void> {
    await this.click('Search');
    await this.page.getByLabel('Search the terminal').fill('nothing of that kind');
    await this.visit('search');
    await this.click('Close search');
    await this.workbench.type(`${CLIPBOARD_WRITE}\n`);
    await this.workbench.button('Allow once').waitFor();
    await this.click('Search');
    await this.visit('search and question of the clipboard');
    await this.click('Close search');
    await this.click('Not now');
  }

  async pages(url: string): Promise<void> {
    const { page } = this;
    await this.click('Share');
    await this.click('Create link');
    const link = page.getByRole('textbox', { name: 'Link' });
    await link.waitFor();
    await this.click('Copy');
    await page.locator('.toast').waitFor();
    await this.visit('link to share, and a toast');
    const shared = await page.context().newPage();
    await shared.goto(await link.inputValue());
    await new WorkbenchPage(shared).sees('$');
    await page.keyboard.press('Escape');
    await this.workbench.type('exit\n');
    await this.workbench.notice('Claude Code has ended').waitFor();
    await this.visit('ended session');
    await shared.close();
    await page.goto(url + UNKNOWN);
    await page.getByText('There is no session at this address').waitFor();
    await this.visit('address of no session');
    await page.route('**/auth/**', (route) => route.abort());
    await page.reload();
    await page.getByText('cannot be reached').waitFor();
    await this.visit('server that cannot be reached');
    await page.unroute('**/auth/**');
  }

  private click(name: string): Promise<void> {
    const scope: Page | Locator = this.page.locator('dialog[open]');
    return scope
      .count()
      .then((open) => (open > 0 ? scope : this.page).getByRole('button', { name, exact: true }).first().click());
  }

  /** Opens a dialog, visits it, and closes it. */
  private async dialog(name: string, open: () => Promise<unknown>): Promise<void> {
    await open();
    await this.page.getByRole('dialog').waitFor();
    await this.visit(name);
    await this.page.keyboard.press('Escape');
    await eventually(
      async () => (await this.page.getByRole('dialog').count()) === 0,
      () => `the dialog of ${name} stays open`,
    );
  }

  /** Shows the list of sessions, where it is not beside the terminal. */
  private async list(): Promise<void> {
    if (!(await this.workbench.button('New session').isVisible())) await this.click('Sessions');
  }
}
