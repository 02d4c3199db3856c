/** Programs that write to the clipboard, in each engine: Chromium lets a page copy by itself, the others want a click each time. */
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { rawSettings, startRawProgram } from '../../system/raw-program';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

const copies = (text: string) => `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;

inEveryEngine(rawSettings(), (play) => {
  const isCopied = (text: string) =>
    eventually(
      async () => (await play().display.read('clipboard')) === text,
      async () => `on the clipboard is "${await play().display.read('clipboard')}"`,
    );

  /** What the program writes next. */
  const write = ({ page }: Workbench, output: string) =>
    page.evaluate((output) => {
      [...document.querySelectorAll('[data-testid=terminal]')]
        .find((element) => element.checkVisibility())
        ?.terminal?.write(output);
    }, output);

  async function open(output: string): Promise<Workbench> {
    await startRawProgram(play().url, output);
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.sees('READY:');
    return workbench;
  }

  test('the person is asked first; afterwards a text is copied by itself, or by a click where the browser wants one', async () => {
    const workbench = await open(copies('the first'));
    await workbench.button('Allow once').click();
    await isCopied('the first');
    await write(workbench, `${copies('the second')}and more`);
    await workbench.sees('and more');
    await workbench.button('Always').click();
    await isCopied('the second');
    const { name } = play().engine;
    // Firefox lets a page copy for some seconds after a click. In Chromium the driver's questions count as clicks.
    if (name === 'Firefox')
      await eventually(
        () => workbench.page.evaluate(() => !navigator.userActivation.isActive),
        () => 'the click counts for ever',
      );
    await write(workbench, `${copies('the third')} to the end`);
    await workbench.sees('to the end');
    if (name !== 'Chromium') await workbench.button('Copy').click();
    await isCopied('the third');
    await workbench.button('Copy').goes();
  });

  test('output waits neither for a browser that never answers, nor for one that refuses', async () => {
    const workbench = await open('');
    await workbench.page.evaluate(() => {
      Object.assign(navigator.clipboard, { writeText: () => new Promise(() => undefined) });
    });
    await write(workbench, copies('never answered'));
    await workbench.button('Always').click();
    await write(workbench, `${copies('later')}goes on`);
    await workbench.sees('goes on');
    await workbench.page.reload();
    await workbench.sees('READY:');
    await workbench.page.evaluate(() => {
      Object.assign(navigator.clipboard, { writeText: () => Promise.reject(new Error('refused')) });
    });
    await write(workbench, `${copies('refused')} on and on`);
    await workbench.sees('on and on');
    await workbench.button('Copy').appears();
    await workbench.page.evaluate(() => {
      Reflect.deleteProperty(navigator.clipboard, 'writeText');
    });
    await workbench.button('Copy').click();
    await isCopied('refused');
  });
});
