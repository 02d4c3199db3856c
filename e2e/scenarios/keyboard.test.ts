/** Keys as programs get them: input methods, layouts, a Mac's Option key, shortcuts. */
import type { CDPSession, Page } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openRawProgram, openRawStage, received } from '../system/raw-program';
import type { Stage } from '../system/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage();
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});

async function open(
  options: Parameters<Stage['newContext']>[0] = {},
  output = '',
): Promise<{ workbench: WorkbenchPage; page: Page; cdp: CDPSession }> {
  const page = await (await stage.newContext(options)).newPage();
  const workbench = await openRawProgram(stage, page, output);
  await workbench.terminal.locator('textarea').focus();
  return { workbench, page, cdp: await page.context().newCDPSession(page) };
}

/** The mark of a check: F1. */
const MARK = '␛OP';

/** Checks what the program has got since it began, the marks of earlier checks included. F1 is typed after it, so that nothing can follow unseen. */
async function gets(workbench: WorkbenchPage, keys: string): Promise<void> {
  const marks = keys.split(MARK).length;
  await workbench.page.keyboard.press('F1');
  await eventually(
    async () => (await received(workbench)).split(MARK).length > marks,
    () => received(workbench),
  );
  expect(await received(workbench)).toBe(keys + MARK);
}

/** A key as a layout of another script has it: the character by `key`, the place by `code`. */
async function pressAs(cdp: CDPSession, key: string, code: string, keyCode: number, modifiers = 0): Promise<void> {
  const event = { key, code, windowsVirtualKeyCode: keyCode, modifiers };
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
}
const CONTROL = 2;

test('a composition is sent once, when it is done, and Shift+Enter in it comes after the syllable', async () => {
  const { workbench, page, cdp } = await open();
  await cdp.send('Input.imeSetComposition', { text: 'ㅎ', selectionStart: 1, selectionEnd: 1 });
  await cdp.send('Input.imeSetComposition', { text: '한', selectionStart: 1, selectionEnd: 1 });
  expect(await received(workbench)).toBe('');
  expect(await workbench.terminal.locator('.composition-view.active').textContent()).toBe('한');
  await page.keyboard.press('Shift+Enter');
  await cdp.send('Input.insertText', { text: '한' });
  await cdp.send('Input.imeSetComposition', { text: 'ㄱ', selectionStart: 1, selectionEnd: 1 });
  await cdp.send('Input.insertText', { text: '글' });
  await gets(workbench, '한␛␍글');
});

test('a dead key and its letter are one character, and what does not combine is two', async () => {
  const { workbench, cdp } = await open();
  const press = async (key: string, code: string, keyCode: number, text = '') => {
    const event = { key, code, windowsVirtualKeyCode: keyCode };
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event, text });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  };
  await press('Dead', 'BracketLeft', 219);
  await press('é', 'KeyE', 69, 'é');
  await press('Dead', 'KeyN', 192);
  await press('~', 'Slash', 191, '~');
  await press('/', 'Slash', 191, '/');
  await gets(workbench, 'é~/');
});

test('a phone’s keyboard repeats nothing: letters, words it composes, words it corrects, a caret that was moved', async () => {
  const { workbench, page, cdp } = await open({
    hasTouch: true,
    isMobile: true,
    viewport: { width: 800, height: 600 },
  });
  const compose = (text: string, replaced = {}) =>
    cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length, ...replaced });
  const insert = (text: string) => cdp.send('Input.insertText', { text });
  for (const letter of 'hello') await insert(letter);
  await insert(' ');
  for (const part of ['w', 'wo', 'wor']) await compose(part);
  await insert('wor');
  await gets(workbench, 'hello wor');
  await page.keyboard.press('Enter');
  for (const letter of 'teh') await insert(letter);
  await compose('the', { replacementStart: 0, replacementEnd: 3 });
  await insert('the ');
  await gets(workbench, 'hello wor␛OP␍teh␡␡he ');
  await page.keyboard.press('Enter');
  await insert('helo');
  await workbench.terminal
    .locator('textarea')
    .evaluate((element: HTMLTextAreaElement) => element.setSelectionRange(3, 3));
  await insert('l');
  await gets(workbench, 'hello wor␛OP␍teh␡␡he ␛OP␍helo␡lo');
});

test('a word that a keyboard deletes is deleted', async () => {
  const { workbench, page, cdp } = await open({
    hasTouch: true,
    isMobile: true,
    viewport: { width: 800, height: 600 },
  });
  await cdp.send('Input.insertText', { text: 'one two' });
  await page.evaluate("document.execCommand('delete')");
  await gets(workbench, 'one two␡');
});

test('Control and a letter is a control character under a Russian layout', async () => {
  const { workbench, cdp } = await open();
  await pressAs(cdp, 'с', 'KeyC', 0, CONTROL);
  await pressAs(cdp, 'в', 'KeyD', 68, CONTROL);
  await pressAs(cdp, 'х', 'BracketLeft', 219, CONTROL);
  await gets(workbench, '␃␄␛');
});

const MAC = {
  userAgent:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
};
const ALT = 1;

async function pressOption(cdp: CDPSession, side: 'Left' | 'Right', key: string, code: string): Promise<void> {
  const option = { key: 'Alt', code: `Alt${side}`, windowsVirtualKeyCode: 18, location: side === 'Left' ? 1 : 2 };
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...option, modifiers: ALT });
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'keyDown',
    key,
    code,
    text: key,
    windowsVirtualKeyCode: 0,
    modifiers: ALT,
  });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers: ALT });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...option, modifiers: 0 });
}

test('Option composes on a Mac, and is Meta on the side that a person has chosen', async () => {
  const { workbench, page, cdp } = await open(MAC);
  await pressOption(cdp, 'Left', '@', 'KeyL');
  await pressOption(cdp, 'Right', '|', 'Digit7');
  await gets(workbench, '@|');
  await workbench.button('Settings').click();
  await page.getByLabel('Option key as Meta').selectOption('left');
  await page.keyboard.press('Escape');
  // It gives the focus back when it goes.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await workbench.terminal.locator('textarea').focus();
  await pressOption(cdp, 'Left', '@', 'KeyL');
  await pressOption(cdp, 'Right', '|', 'Digit7');
  await gets(workbench, '@|␛OP␛l|');
});

test('a terminal that only watches answers no program, and says nothing of it', async () => {
  const FOCUS_REPORTS = '\x1b[?1004h';
  const { page } = await open({}, FOCUS_REPORTS);
  const watcher = new WorkbenchPage(await page.context().newPage());
  await watcher.page.goto(stage.gateway.url);
  await watcher.opened();
  await watcher.notice('somebody else is typing').waitFor();
  await watcher.sees('READY:');
  for (const name of ['Settings', 'Search']) {
    await watcher.button(name).focus();
    await watcher.terminal.locator('textarea').focus();
  }
  // Attributes, cursor, status, colours, the name: written as if the program asked.
  await watcher.terminal.evaluate(
    (element) =>
      new Promise<void>((resolve) => element.terminal?.write('\x1b[c\x1b[6n\x1b[5n\x1b]11;?\x07\x1b[>q', resolve)),
  );
  expect(await watcher.page.getByRole('alert').count()).toBe(0);
  await watcher.page.keyboard.type('x');
  await watcher.page.getByRole('alert').filter({ hasText: 'You are watching' }).waitFor();
});

test('what is typed with a screen reader arrives once', async () => {
  const { workbench, page } = await open();
  await workbench.button('Settings').click();
  await page.getByLabel('Read the terminal to screen readers').check();
  await page.keyboard.press('Escape');
  // It gives the focus back when it goes.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await workbench.terminal.locator('textarea').focus();
  await page.keyboard.type('Hello, wOrld é');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Backspace');
  await gets(workbench, 'Hello, wOrld é␍␡');
});

test('letters, digits, spaces and signs arrive as typed, at full speed', async () => {
  const { workbench, page } = await open();
  const text = 'The quick brown fox; 0123456789 !@#$%^&*()_+-=[]{}|:"<>?,./~` ÄÖÜ ñ 漢字 🙂 THE END';
  await page.keyboard.type(text);
  await gets(workbench, text);
});
