/** What a terminal does with the bytes of any program, in each engine. */
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { rawSettings, startRawProgram, startShell } from '../../system/raw-program';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

const BRACKETED_PASTE = '\x1b[?2004h';

inEveryEngine(rawSettings(), (play) => {
  async function openRaw(output = '') {
    await startRawProgram(play().url, output);
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.sees('READY:');
    await workbench.focus();
    return workbench;
  }

  async function openShell() {
    await startShell(play().url);
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.sees('$');
    await workbench.focus();
    return workbench;
  }

  test('keys arrive as typed: letters, controls, arrows, Shift+Enter', async () => {
    const workbench = await openRaw();
    await workbench.page.type('aZ~/@[|{é');
    await workbench.page.press('Control+c');
    await workbench.page.press('ArrowUp');
    await workbench.page.press('Alt+b');
    await workbench.page.press('Shift+Enter');
    await workbench.page.press('Shift+Tab');
    await workbench.page.press('Escape');
    await workbench.page.press('F1');
    await workbench.sees('READY:aZ~/@[|{é␃␛[A␛b␛␍␛[Z␛␛OP');
  });

  test('Ctrl+V and Ctrl+Shift+V paste what is on the clipboard, and it cannot leave its brackets', async () => {
    const workbench = await openRaw(BRACKETED_PASTE);
    await play().display.copy('clipboard', 'two\nlines\x1b[201~rm -r *\r');
    await workbench.page.press('Control+v');
    await workbench.sees('READY:␛[200~two␍lines');
    await workbench.page.press('Control+Shift+V');
    await workbench.page.press('F1');
    await workbench.sees('␛OP');
    const text = await workbench.text();
    expect(text.match(/␛\[200~two␍lines/g)).toHaveLength(2);
    expect(text.match(/␛\[201~/g)).toHaveLength(2);
  });

  test('Ctrl+Shift+C copies what is selected, and so does selecting it, for the middle button', async () => {
    const workbench = await openRaw('one two three\r\n');
    await workbench.page.drag(await workbench.cell(4, 0), await workbench.cell(7, 0));
    await workbench.page.press('Control+Shift+C');
    await eventually(
      async () => (await play().display.read('clipboard')) === 'two',
      async () => `on the clipboard is "${await play().display.read('clipboard')}"`,
    );
    expect(await play().display.read('primary')).toBe('two');
  });

  test('the middle button pastes what was selected, here or in another window', async () => {
    const workbench = await openRaw(`one two three\r\n${BRACKETED_PASTE}`);
    await workbench.page.drag(await workbench.cell(4, 0), await workbench.cell(7, 0));
    await eventually(
      async () => (await play().display.read('primary')) === 'two',
      async () => `selected is "${await play().display.read('primary')}"`,
    );
    await workbench.page.click(await workbench.cell(20, 5), 'middle');
    await workbench.sees('READY:␛[200~two␛[201~');
    await play().display.copy('primary', 'from elsewhere');
    await workbench.page.click(await workbench.cell(20, 5), 'middle');
    await workbench.sees('␛[200~from elsewhere␛[201~');
  });

  test('2 MB of output arrive whole, and the page answers afterwards', async () => {
    const workbench = await openShell();
    await workbench.page.type('seq -f "%040.0f" 50000; echo the-$((40 + 2))-end');
    await workbench.page.press('Enter');
    await workbench.sees('the-42-end', 30_000);
    const lines = (await workbench.text()).split('\n');
    const end = lines.indexOf('the-42-end');
    expect(lines.slice(end - 900, end)).toEqual(
      Array.from({ length: 900 }, (_, index) => String(50_000 - 899 + index).padStart(40, '0')),
    );
    await workbench.page.type('echo still-$((1 + 1))');
    await workbench.page.press('Enter');
    await workbench.sees('still-2');
  });
});
