/** What is dropped beside the terminal, in each engine: browsers would open it in the page's place. */
import { READY, rawSettings, startRawProgram } from '../../system/raw-program';
import type { EnginePage } from '../engine';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

/** Drops a file, or a link, on the middle of an element; whether the browser would do with it what it likes. */
function isLeftToBrowser(page: EnginePage, selector: string, what: 'file' | 'link'): Promise<boolean> {
  return page.evaluate(
    (selector, what) => {
      const element = document.querySelector(selector);
      if (element === null) throw new Error(`there is no ${selector}`);
      const data = new DataTransfer();
      if (what === 'file') data.items.add(new File(['text'], 'notes.html', { type: 'text/html' }));
      else data.setData('text/uri-list', 'https://example.org/');
      return ['dragover', 'drop'].some((type) =>
        element.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })),
      );
    },
    selector,
    what,
  );
}

inEveryEngine(rawSettings(), (play) => {
  const expectKept = async (page: EnginePage, ...selectors: string[]) => {
    for (const selector of selectors)
      for (const what of ['file', 'link'] as const)
        expect([selector, what, await isLeftToBrowser(page, selector, what)]).toEqual([selector, what, false]);
  };

  test('no drop replaces the page, wherever it falls', async () => {
    await startRawProgram(play().url);
    const page = await play().newPage();
    await page.goto(play().url);
    await new Workbench(page).the('textbox', 'Username').appears();
    await expectKept(page, 'html', 'h1', 'form');
    const workbench = await Workbench.signIn(page, play().url);
    await workbench.sees(READY);
    await workbench.button('Files').click();
    await workbench.button('New folder').appears();
    await expectKept(page, 'html', '.bar', '.tab', 'nav', 'nav footer', '.status-line');
    expect(await isLeftToBrowser(page, '.go-to input', 'file')).toBe(false);
    await workbench.button('New session').click();
    await expectKept(page, 'dialog[open]', 'dialog[open] h2');
    expect(await isLeftToBrowser(page, 'dialog[open] input', 'file')).toBe(false);
    await page.press('Escape');
    await workbench.button('Administration').click();
    await workbench.button('Add user').appears();
    await expectKept(page, '.administration', '.entries');
    await workbench.button('Administration').click();
    // These take it, and may ask what becomes of a name that is taken.
    await expectKept(page, '.files', '.terminal');
  });
});
