/** The panel of a session's files, beside a shell that works in the same folder. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { drop } from '../system/dropped';
import { openRawStage, startShell } from '../system/raw-program';
import type { Stage } from '../system/stage';
import { WorkbenchPage } from '../system/workbench-page';

let stage: Stage;
/** Files of the person, on their own machine. */
let own: string;
beforeAll(async () => {
  stage = await openRawStage();
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
