/** Programs that write to the clipboard, in each engine: some let a page copy by itself, some want a click each time. */
import { rawSettings, startRawProgram } from '../../system/raw-program';
import { eventually } from '../../system/workbench-page';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

const copies = (text: string) => `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;

inEveryEngine(rawSettings(), (play) => {
  const isCopied = (text: string) =>
    eventually(
      async () => (await play().display.read('clipboard')) === text,
      async () => `on the clipboard is "${await play().display.read('clipboard')}"`,
    );

  test('the person is asked first; once it is always, it is copied by itself or by a click; output waits for neither', async () => {
    await startRawProgram(play().url, copies('the first'));
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.sees('READY:');
    await workbench.button('Allow once').click();
    await isCopied('the first');
    const write = (output: string) =>
      workbench.page.evaluate((output) => {
        [...document.querySelectorAll('[data-testid=terminal]')]
          .find((element) => element.checkVisibility())
          ?.terminal?.write(output);
      }, output);
    await write(`${copies('the second')}and more`);
    await workbench.sees('and more');
    await workbench.button('Always').click();
    await isCopied('the second');
    await write(`${copies('the third')} to the end`);
    await workbench.sees('to the end');
    await eventually(
      async () => {
        if ((await play().display.read('clipboard')) === 'the third') return true;
        const copy = workbench.button('Copy');
        if (await copy.isThere()) await copy.click();
        return false;
      },
      async () => `on the clipboard is "${await play().display.read('clipboard')}"`,
    );
  });
});
