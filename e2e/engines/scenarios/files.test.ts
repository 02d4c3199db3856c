/** The files panel in each engine: uploads, downloads, and what is asked before something is done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawSettings, startShell } from '../../system/raw-program';
import { downloaded } from '../downloaded';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

const CHOOSER = 'input[aria-label="Upload: choose"]';

inEveryEngine(rawSettings(), (play) => {
  /** Files of the person, on their own machine. */
  let own: string;
  beforeAll(() => {
    own = mkdtempSync(join(tmpdir(), 'own-files-'));
  });
  afterAll(() => rmSync(own, { recursive: true }));

  function ownFile(name: string, content: string): string {
    const path = join(own, name);
    writeFileSync(path, content);
    return path;
  }

  async function open(): Promise<Workbench> {
    await startShell(play().url);
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.sees('$');
    await workbench.button('Files').click();
    await workbench.the('treeitem', 'Workspace').appears();
    return workbench;
  }

  async function run(workbench: Workbench, command: string): Promise<void> {
    await workbench.type(command);
    await workbench.page.press('Enter');
  }

  test('a file is uploaded, seen by programs, and downloaded as it was; a folder as an archive', async () => {
    const workbench = await open();
    await workbench.page.choose(CHOOSER, [ownFile('letter.txt', 'Dear all\n')]);
    await workbench.the('treeitem', 'letter.txt').appears();
    await run(workbench, 'mkdir inbox; mv letter.txt inbox/; cat inbox/letter.txt');
    await workbench.sees('Dear all');
    await workbench.the('treeitem', 'letter.txt').goes();
    await workbench.the('treeitem', 'inbox').click();
    await workbench.download('letter.txt');
    const file = join(play().downloads, 'letter.txt');
    await downloaded(file, (content) => content.toString() === 'Dear all\n');
    rmSync(file);
    await workbench.download('inbox');
    const archive = join(play().downloads, 'inbox.tar.gz');
    await downloaded(archive, (content) => content.toString('hex', 0, 2) === '1f8b');
    rmSync(archive);
  });

  test('a name that is taken is asked about, a file gets another name, and is deleted after a question', async () => {
    const workbench = await open();
    await run(workbench, 'echo old > taken.txt');
    await workbench.the('treeitem', 'taken.txt').appears();
    await workbench.page.choose(CHOOSER, [ownFile('taken.txt', 'new\n')]);
    await workbench.button('Keep both').click();
    await workbench.the('treeitem', 'taken (2).txt').click();
    await workbench.button('Rename').click();
    await workbench.the('textbox', 'Name').fill('mine.txt');
    await workbench.page.press('Enter');
    await workbench.the('treeitem', 'mine.txt').appears();
    await workbench.the('treeitem', 'taken.txt').click();
    await workbench.button('Delete').click();
    await workbench.the('dialog', 'Delete taken.txt?').appears();
    await workbench.button('Delete').click();
    await workbench.the('treeitem', 'taken.txt').goes();
    await workbench.the('dialog', 'Delete taken.txt?').goes();
    await run(workbench, 'cat *; ls | wc -l');
    await workbench.sees('new\n1\n');
  });
});
