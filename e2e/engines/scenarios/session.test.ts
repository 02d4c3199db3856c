/** The main job in each engine: sign in, and be inside the real Claude Code CLI. */
import { join } from 'node:path';
import { PASSWORD, USERNAME } from '@claude-webui/testing/page/person';
import { acrossLines, eventually } from '@claude-webui/testing/page/workbench-page';
import { startSeverableProxy } from '../../system/severable-proxy';
import { downloaded } from '../downloaded';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

inEveryEngine({}, (play) => {
  test('a person signs in, prompts, reads the answer, and finds it again after a reload', async () => {
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.ready();
    await workbench.prompt('say: hello from the stand-in');
    await workbench.sees('● hello from the stand-in');
    await workbench.page.reload();
    await workbench.opened();
    await workbench.sees('● hello from the stand-in');
    await workbench.type('say: and the keyboard is in the terminal');
    await workbench.sees('say: and the keyboard is in the terminal');
  });

  test('a cut is told, what is typed in it is kept, and the answer that came in it is there once', async () => {
    const proxy = await startSeverableProxy(play().url);
    try {
      const workbench = await Workbench.signIn(await play().newPage(), proxy.url);
      await workbench.ready();
      await workbench.prompt('wait: 1000 the whole answer');
      proxy.cut();
      await workbench.the('status', 'The connection is gone').appears();
      await workbench.type('say: typed into the void');
      await workbench.the('status', 'kept and sent then').appears();
      proxy.mend();
      await workbench.sees('● the whole answer');
      await workbench.sees('say: typed into the void');
      await workbench.page.press('Enter');
      await workbench.sees('● typed into the void');
      const text = await workbench.text();
      expect(text.match(/● the whole answer/g)).toHaveLength(1);
      expect(text.match(/● typed into the void/g)).toHaveLength(1);
    } finally {
      await proxy.close();
    }
  });

  test('a dropped file lands in the workspace, and its path in the prompt', async () => {
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.ready();
    await workbench.drop('notes of today.txt', 'some notes');
    await eventually(
      async () => acrossLines("/workspace/notes of today.txt'").test(await workbench.text()),
      () => workbench.text(),
    );
    await workbench.download('notes of today.txt');
    const path = join(play().downloads, 'notes of today.txt');
    await downloaded(path, (content) => content.toString() === 'some notes');
  });

  test('a wrong password is told, and the right one lets in', async () => {
    const page = await play().newPage();
    const workbench = new Workbench(page);
    await page.goto(play().url);
    await workbench.the('textbox', 'Username').fill(USERNAME);
    await workbench.the('textbox', 'Password').fill('not the password');
    await workbench.button('Sign in').click();
    await workbench.the('alert', 'password').appears();
    await workbench.the('textbox', 'Password').fill(PASSWORD);
    await workbench.page.press('Enter');
    await workbench.opened();
  });
});
