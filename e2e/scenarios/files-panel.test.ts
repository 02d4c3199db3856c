/** The panel of a session's files, beside a shell that works in the same folder. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { drop } from '../system/dropped';
import { openRawStage, startShell } from '../system/raw-program';
import type { Stage } from '../system/stage';
import { startSeverableProxy } from '../system/severable-proxy';

const MAX_BYTES = 8 * 1024 * 1024;

let stage: Stage;
/** Files of the person, on their own machine. */
let own: string;
beforeAll(async () => {
  stage = await openRawStage({ UPLOAD_MAX_BYTES: String(MAX_BYTES) });
  own = mkdtempSync(join(tmpdir(), 'own-files-'));
});
afterAll(async () => {
  await stage.close();
  rmSync(own, { recursive: true });
});
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});

class Panel {
  constructor(
    readonly page: Page,
    readonly workbench: WorkbenchPage,
  ) {}

  get tree(): Locator {
    return this.page.getByRole('tree');
  }

  item(name: string): Locator {
    return this.page.getByRole('treeitem').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Has the shell do something, and waits until it is done. */
  async shell(command: string): Promise<void> {
    const done = `done-${Math.random().toString(36).slice(2)}`;
    await this.workbench.type(`${command}; echo ${done.slice(0, 4)}'${done.slice(4)}'\n`);
    await this.workbench.sees(done);
  }

  async upload(...files: string[]): Promise<void> {
    await this.page.getByLabel('Upload: choose').setInputFiles(files);
  }

  async goTo(path: string): Promise<void> {
    await this.page.getByLabel('Go to path').fill(path);
    await this.page.keyboard.press('Enter');
  }
}

async function open(
  prepare = ':',
  options: Parameters<Stage['newContext']>[0] = {},
  url = stage.gateway.url,
): Promise<Panel> {
  await startShell(stage.gateway.url);
  const page = await (await stage.newContext(options)).newPage();
  const panel = new Panel(page, await WorkbenchPage.signIn(page, url));
  await panel.workbench.sees('$');
  await panel.shell(prepare);
  await panel.workbench.button('Files').click();
  await panel.item('Workspace').waitFor();
  return panel;
}

function ownFile(name: string, content: string | Buffer): string {
  const path = join(own, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

test('folders open, and what a program does in them appears by itself', async () => {
  const panel = await open('mkdir -p src/deep; touch src/deep/a.ts b.txt');
  await panel.item('src').click();
  await panel.item('deep').click();
  await panel.item('a.ts').waitFor();
  await panel.shell('touch src/deep/new.ts; rm b.txt');
  await panel.item('new.ts').waitFor();
  await panel.item('b.txt').waitFor({ state: 'detached' });
  await panel.shell('rm -r src/deep');
  await panel.item('deep').waitFor({ state: 'detached' });
  await panel.item('src').waitFor();
});

test('a path as a program prints it is found, absolute and with a line', async () => {
  const panel = await open('mkdir -p src/deep; touch src/deep/a.ts; echo "at $PWD/src/deep/a.ts:12"');
  const [, printed = ''] = /at (\/\S+)/.exec(await panel.workbench.text()) ?? [];
  await panel.goTo(printed);
  await panel.page.getByRole('treeitem', { name: 'a.ts', selected: true }).waitFor();
  await panel.goTo('/etc/passwd');
  await panel.page.getByRole('alert').filter({ hasText: 'outside the workspace' }).waitFor();
});

test('files are uploaded into the folder that is chosen, and downloaded as they are; a folder as an archive', async () => {
  const panel = await open('mkdir inbox');
  await panel.item('inbox').click();
  await panel.upload(ownFile('letter.txt', 'Dear all'));
  await panel.item('letter.txt').click();
  await panel.shell('cat inbox/letter.txt');
  await panel.workbench.sees('Dear all');
  const file = panel.page.waitForEvent('download');
  await panel.workbench.button('Download').click();
  expect(readFileSync(await (await file).path(), 'utf8')).toBe('Dear all');
  const archive = panel.page.waitForEvent('download');
  await panel.item('inbox').click();
  await panel.workbench.button('Download').click();
  expect((await archive).suggestedFilename()).toBe('inbox.tar.gz');
});

test('a name that is taken is asked about: kept, replaced with its mode, or both', async () => {
  const panel = await open('echo old > run.sh; chmod 751 run.sh');
  const file = ownFile('run.sh', 'new\n');
  const answer = async (name: string) => {
    await panel.upload(file);
    await panel.page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    await panel.page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await answer('Skip');
  await panel.shell('cat run.sh');
  await panel.workbench.sees('old');
  await answer('Keep both');
  await panel.item('run (2).sh').waitFor();
  await answer('Replace');
  await panel.page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' });
  await panel.shell('stat -c "mode %a of %s" run.sh; cat run.sh');
  await panel.workbench.sees('mode 751 of 4');
});

test('a folder is dropped on a folder, with its empty ones', async () => {
  const panel = await open('mkdir inbox');
  ownFile('tour/one/a.txt', 'a');
  ownFile('tour/b.txt', 'b');
  mkdirSync(join(own, 'tour/nothing'), { recursive: true });
  await drop(panel.item('inbox'), join(own, 'tour'));
  await panel.item('inbox').click();
  await panel.item('tour').click();
  for (const name of ['one', 'b.txt', 'nothing']) await panel.item(name).waitFor();
});

test('an upload that a cut has broken goes on where it was', async () => {
  const proxy = await startSeverableProxy(stage.gateway.url);
  try {
    const panel = await open(':', {}, proxy.url);
    const { page } = panel;
    const began: string[] = [];
    page.on('request', (request) => request.url().endsWith('/uploads') && began.push(request.url()));
    const content = randomBytes(6 * 1024 * 1024);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Network.enable');
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2 * 1024 * 1024 };
    await cdp.send('Network.emulateNetworkConditions', slow);
    await panel.upload(ownFile('large.bin', content));
    const progress = page.getByRole('progressbar', { name: 'large.bin' });
    await eventually(
      async () => Number(await progress.getAttribute('value').catch(() => 0)) > 2 * 1024 * 1024,
      () => 'there is no progress',
    );
    proxy.cut();
    await page.getByText('Waiting for the connection').waitFor();
    proxy.mend();
    await panel.item('large.bin').waitFor();
    expect(began).toHaveLength(1);
    await panel.shell('sha256sum large.bin');
    await panel.workbench.sees(createHash('sha256').update(content).digest('hex'));
  } finally {
    await proxy.close();
  }
});

test('an upload that is given up leaves nothing, and one that is too large is refused with a reason', async () => {
  const panel = await open();
  const cdp = await panel.page.context().newCDPSession(panel.page);
  await cdp.send('Network.enable');
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 256 * 1024 };
  await cdp.send('Network.emulateNetworkConditions', slow);
  await panel.upload(ownFile('slow.bin', randomBytes(4 * 1024 * 1024)));
  await panel.workbench.button('Cancel slow.bin').click();
  await panel.page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' });
  await panel.upload(ownFile('huge.bin', Buffer.alloc(MAX_BYTES + 1)));
  const line = panel.page.getByRole('region', { name: 'Uploads' });
  await line.filter({ hasText: 'larger than this server takes' }).waitFor();
  await panel.workbench.button('Dismiss huge.bin').click();
  await line.waitFor({ state: 'detached' });
  await panel.shell('ls -A | wc -l');
  await panel.workbench.sees('\n0\n');
});

test('by keyboard alone: from the terminal into the panel, through the tree, new folder, rename, download, delete, and back', async () => {
  const panel = await open('mkdir src; echo hello > src/a.txt');
  const { page, workbench } = panel;
  const { keyboard } = page;
  await workbench.button('Close files').click();
  await keyboard.press('Control+Shift+Backspace');
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  for (let tabs = 0; (await focused()) !== 'Files' && tabs < 10; tabs += 1) await keyboard.press('Tab');
  await keyboard.press('Enter');
  await panel.item('src').waitFor();
  const selected = (name: string) => page.getByRole('treeitem', { name, selected: true }).waitFor();
  for (const key of ['s', 'ArrowRight']) await keyboard.press(key);
  await panel.item('a.txt').waitFor();
  await keyboard.press('ArrowRight');
  await selected('a.txt');
  await keyboard.press('F2');
  await keyboard.type('b.txt');
  await keyboard.press('Enter');
  await selected('b.txt');
  const download = page.waitForEvent('download');
  await keyboard.press('Enter');
  expect(readFileSync(await (await download).path(), 'utf8')).toBe('hello\n');
  for (let tabs = 0; (await focused()) !== 'New folder' && tabs < 10; tabs += 1) await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await keyboard.type('made');
  await keyboard.press('Enter');
  await selected('made');
  for (let tabs = 0; !(await panel.tree.evaluate((tree) => tree === document.activeElement)) && tabs < 10; tabs += 1)
    await keyboard.press('Tab');
  await keyboard.press('Delete');
  await page.getByRole('dialog', { name: 'Delete made?' }).waitFor();
  await keyboard.press('Enter');
  await panel.item('made').waitFor({ state: 'detached' });
  await keyboard.press('Escape');
  await keyboard.type('ls src | wc -w\n');
  await workbench.sees('\n1\n');
});

test('what is dropped on the terminal replaces nothing unasked, and its absolute path is at the prompt', async () => {
  const panel = await open('touch taken.txt');
  const { workbench, page } = panel;
  ownFile('trip/a.txt', 'a');
  const [, workspace = ''] = /at (\/\S+)/.exec((await panel.shell('echo "at $PWD"'), await workbench.text())) ?? [];
  await drop(workbench.terminal, ownFile('taken.txt', 'mine'), join(own, 'trip'));
  await page.getByRole('dialog').getByRole('button', { name: 'Keep both' }).click();
  await eventually(
    async () => (await workbench.text()).includes(`'${workspace}/taken (2).txt' ${workspace}/trip`),
    () => workbench.text(),
  );
  await panel.item('taken (2).txt').waitFor();
  // The focus is in the terminal again.
  await page.keyboard.press('Control+C');
  await panel.shell('cat trip/a.txt; wc -c < taken.txt');
  await workbench.sees('a0');
});

test('on a narrow screen the panel is a sheet over the terminal, and Escape puts it away', async () => {
  await startShell(stage.gateway.url);
  const page = await (await stage.newContext({ viewport: { width: 320, height: 640 } })).newPage();
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.sees('$');
  await workbench.button('Files').click();
  const panel = page.getByRole('complementary', { name: 'Files' });
  await panel.getByRole('treeitem', { name: 'Workspace' }).waitFor();
  const box = await panel.boundingBox();
  expect([box?.x, box?.width]).toEqual([0, 320]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  const overflowing = await panel.evaluate((element) => element.scrollWidth > element.clientWidth);
  expect(overflowing).toBe(false);
  await page.getByLabel('Go to path').focus();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await page.keyboard.type('echo back\n');
  await workbench.sees('\nback\n');
});
