/** What goes from people's clipboards into sessions, and from sessions to clipboards. */
import type { Page } from 'playwright-core';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import type { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openRawProgram, openRawStage, received } from '../system/raw-program';
import type { Stage } from '../system/stage';

const BRACKETED_PASTE = '\x1b[?2004h';
/** A picture of one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const copies = (text: string) => `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;

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
  output = '',
  permissions = ['clipboard-read', 'clipboard-write'],
): Promise<{ workbench: WorkbenchPage; page: Page }> {
  const context = await stage.newContext({ permissions });
  const page = await context.newPage();
  const workbench = await openRawProgram(stage, page, output);
  await workbench.terminal.locator('textarea').focus();
  return { workbench, page };
}

async function gets(workbench: WorkbenchPage, keys: string | RegExp): Promise<void> {
  await eventually(
    async () => {
      const has = await received(workbench);
      return typeof keys === 'string' ? has === keys : keys.test(has);
    },
    async () => `${keys} is not ${await received(workbench)}`,
  );
}

const copy = (page: Page, text: string) => page.evaluate((text) => navigator.clipboard.writeText(text), text);
const onClipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** Puts a picture on the clipboard, with text beside it as a spreadsheet does. */
const copyPicture = (page: Page, text?: string) =>
  page.evaluate(
    async ({ png, text }) => {
      const picture = new Blob([Uint8Array.from(atob(png), (char) => char.charCodeAt(0))], { type: 'image/png' });
      const beside = text === undefined ? {} : { 'text/plain': new Blob([text], { type: 'text/plain' }) };
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture, ...beside })]);
    },
    { png: PNG, text },
  );

test.each(['Control+V', 'Control+Shift+V', 'Shift+Insert'])(
  '%s pastes, and no end mark in the text ends the paste',
  async (keys) => {
    const { workbench, page } = await open(BRACKETED_PASTE);
    await copy(page, 'one\x1b[201~\nrm -rf x\n\u009b201~\x03two');
    await page.keyboard.press(keys);
    await gets(workbench, '␛[200~one[201~␍rm -rf x␍201~two␛[201~');
  },
);

test('without marks too, a paste holds no key but the ends of its lines', async () => {
  const { workbench, page } = await open();
  await copy(page, 'one\r\n\x1b[A\x04two');
  await page.keyboard.press('Control+V');
  await gets(workbench, 'one␍[Atwo');
});

test('text that is dropped is a paste like any other', async () => {
  const { workbench } = await open(BRACKETED_PASTE);
  await workbench.terminal.evaluate((element) => {
    const data = new DataTransfer();
    data.setData('text/plain', 'dropped\x1b[201~\r!');
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await gets(workbench, '␛[200~dropped[201~␍!␛[201~');
});

test('the name of a dropped file holds no key', async () => {
  const { workbench } = await open(BRACKETED_PASTE);
  await workbench.terminal.evaluate((element) => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], 'a\u009b201~\u0003 b.txt', { type: 'text/plain' }));
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await eventually(
    async () => (await received(workbench)) !== '' || (await workbench.page.getByRole('alert').count()) > 0,
    () => 'nothing happened',
  );
  expect(await received(workbench)).not.toMatch(/\u009b|␃|␛\[201~./);
});

test.each(['Control+V', 'Control+Shift+V'])(
  '%s pastes a picture as a file of its own, and text beside one as text',
  async (keys) => {
    const { workbench, page } = await open();
    await copyPicture(page);
    await page.keyboard.press(keys);
    await gets(workbench, /pasted-\w+-\w+\.png$/);
    await page.keyboard.press(keys);
    await gets(workbench, /pasted-\w+-\w+\.png .*pasted-\w+-\w+\.png$/);
    const [first, second] = (await received(workbench)).match(/pasted-\w+-\w+\.png/g) ?? [];
    expect(first).not.toBe(second);
    await copyPicture(page, 'a\t1');
    await page.keyboard.press(keys);
    await gets(workbench, /\.png a␉1$/);
  },
);

test('Ctrl+C interrupts though something is selected; Ctrl+Shift+C copies', async () => {
  const { workbench, page } = await open('\x1b[2J\x1b[Hselected\r\n');
  await workbench.terminal.evaluate((element) => element.terminal?.select(0, 0, 8));
  await page.keyboard.press('Control+Shift+C');
  expect(await onClipboard(page)).toBe('selected');
  await page.keyboard.press('Control+C');
  await gets(workbench, '␃');
});

test('a program that wants to copy waits for nobody: at first the person is asked, once or for good', async () => {
  const { workbench, page } = await open(`${copies('from the session')}and more `);
  const question = page.getByRole('status').filter({ hasText: 'wants to copy text' });
  await question.filter({ hasText: 'from the session' }).waitFor();
  await workbench.sees('and more');
  await workbench.button('Allow once').click();
  await eventually(
    async () => (await onClipboard(page)) === 'from the session',
    () => onClipboard(page),
  );
  expect(await question.count()).toBe(0);
});

const clipboardSetting = async (workbench: WorkbenchPage) => {
  await workbench.button('Settings').click();
  const value = await workbench.page.getByLabel('Programs may write to the clipboard').inputValue();
  await workbench.page.keyboard.press('Escape');
  return value;
};

test('the answer Always holds from then on, and Never too', async () => {
  const { workbench, page } = await open(copies('first'));
  await workbench.button('Always').click();
  await eventually(
    async () => (await onClipboard(page)) === 'first',
    () => onClipboard(page),
  );
  expect(await clipboardSetting(workbench)).toBe('always');
  await workbench.terminal.evaluate((element, osc) => element.terminal?.write(osc), copies('second'));
  await eventually(
    async () => (await onClipboard(page)) === 'second',
    () => onClipboard(page),
  );
  await stage.clear();
  const refusing = await open(copies('third'));
  await refusing.workbench.button('Never').click();
  expect(await clipboardSetting(refusing.workbench)).toBe('never');
});

test('output goes on while the browser does not answer; what it refuses is copied by a click', async () => {
  const { workbench, page } = await open('', []);
  await page.evaluate(() =>
    localStorage.setItem('claude-webui.settings', JSON.stringify({ clipboardWrite: 'always' })),
  );
  await page.addInitScript(() => {
    let answer: ((error: Error) => void) | null = null;
    Object.assign(window, { refuse: () => answer?.(new Error('refused')) });
    navigator.clipboard.writeText = () => new Promise((_resolve, reject) => (answer = reject));
  });
  await page.reload();
  await workbench.sees('READY:');
  await workbench.terminal.evaluate((element, osc) => element.terminal?.write(`${osc}after`), copies('kept'));
  await workbench.sees('after');
  expect(await workbench.button('Copy').count()).toBe(0);
  await page.evaluate('refuse()');
  await workbench.button('Copy').waitFor();
  await workbench.page.getByRole('status').filter({ hasText: 'kept' }).waitFor();
});

test('no program is told what is on the clipboard', async () => {
  const { workbench, page } = await open();
  await page.evaluate(() =>
    localStorage.setItem('claude-webui.settings', JSON.stringify({ clipboardWrite: 'always' })),
  );
  await copy(page, 'secret');
  await page.reload();
  await workbench.sees('READY:');
  await workbench.terminal.evaluate((element) => element.terminal?.write('\x1b]52;c;?\x07after'));
  await workbench.sees('after');
  await workbench.terminal.locator('textarea').focus();
  await page.keyboard.type('typed');
  await gets(workbench, 'aftertyped');
});

test('what a program has copied before is not asked about again when the page comes back', async () => {
  const { workbench, page } = await open(copies('old'));
  await workbench.button('Allow once').waitFor();
  await page.reload();
  await workbench.sees('READY:');
  expect(await workbench.button('Allow once').count()).toBe(0);
});
