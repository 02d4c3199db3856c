/** Dialogs in each engine: as large as what is in them, with the focus where somebody types first, and back in the terminal afterwards. */
import { rawSettings, startRawProgram } from '../../system/raw-program';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

inEveryEngine(rawSettings(), (play) => {
  async function open(): Promise<Workbench> {
    await startRawProgram(play().url);
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.sees('READY:');
    await workbench.focus();
    return workbench;
  }

  /** What the person gets who opens a dialog: where the focus is, and whether it is cut or as large as the window. */
  const opened = ({ page }: Workbench) =>
    page.evaluate(() => {
      const dialog = document.querySelector('dialog[open]');
      if (dialog === null) return null;
      const { width, height, left, top } = dialog.getBoundingClientRect();
      const last = dialog.lastElementChild?.getBoundingClientRect();
      return {
        focus: document.activeElement?.tagName.toLowerCase(),
        isInWindow: left >= 0 && top >= 0 && left + width <= innerWidth && top + height <= innerHeight,
        fillsWindow: width > 0.9 * innerWidth || height > 0.9 * innerHeight,
        // Below its last element a dialog has only its padding.
        emptyBelow: Math.round(top + height - (last?.bottom ?? 0)) > 40,
      };
    });

  test.each([
    ['New session', 'New session', 'input'],
    ['Rename Session 1', 'Rename session', 'input'],
    ['Share Session 1', 'Share Session 1', 'select'],
    ['End Session 1', 'End Session 1?', 'button'],
  ])(
    '%s: of its size, its first field has the focus, and after Escape keys go to the program',
    async (button, title, focus) => {
      const workbench = await open();
      // What can be done to a session is shown where the mouse is.
      await workbench.page.click(await workbench.place('.sessions .open'));
      await workbench.button(button).click();
      await workbench.the('dialog', title).appears();
      expect(await opened(workbench)).toEqual({ focus, isInWindow: true, fillsWindow: false, emptyBelow: false });
      await workbench.page.press('Escape');
      await workbench.the('dialog', title).goes();
      await workbench.page.type('/typed');
      await workbench.sees('READY:/typed');
    },
  );

  test('the terminal has the keys again after each control beside it', async () => {
    const workbench = await open();
    await workbench.button('Settings').click();
    await workbench.the('combobox', 'Font size').select('18');
    await workbench.button('Close').click();
    await workbench.page.type('/1');
    await workbench.sees('READY:/1');
    await workbench.button('Files').click();
    await workbench.button('Close files').click();
    await workbench.page.type('/2');
    await workbench.sees('/1/2');
    await workbench.button('A+ (larger text)').click();
    await workbench.page.type('/3');
    await workbench.sees('/2/3');
  });
});
