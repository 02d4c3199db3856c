import type { Locator } from 'playwright-core';
import { WorkbenchPage, acrossLines, eventually } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

/** A picture of one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

test('a link shows the session to somebody without an account, who cannot type, until it is taken back', async () => {
  const owner = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await owner.ready();
  await owner.button('Share').click();
  await owner.button('Create link').click();
  const link = owner.page.getByLabel('Link', { exact: true });
  await link.waitFor();
  const url = await link.inputValue();

  const guest = new WorkbenchPage(await (await stage.newContext()).newPage());
  await guest.page.goto(url);
  await guest.ready();
  await guest.type('may I?');
  // A guest is not told to take over, which only the owner can.
  await guest.page.getByRole('alert').getByText('You are watching.', { exact: true }).waitFor();
  expect(await guest.button('Take over').count()).toBe(0);
  expect(await owner.text()).not.toContain('may I?');

  await owner.button('Take back').click();
  await guest.page.getByRole('alert').filter({ hasText: 'taken back by its owner' }).first().waitFor();
});

test('keys alone lead a guest out of the terminal, to the list of shortcuts, and back', async () => {
  const owner = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await owner.ready();
  await owner.button('Share').click();
  await owner.button('Create link').click();
  const link = owner.page.getByLabel('Link', { exact: true });
  await link.waitFor();

  const guest = new WorkbenchPage(await (await stage.newContext()).newPage());
  const { keyboard } = guest.page;
  await guest.page.goto(await link.inputValue());
  await guest.ready();
  const input = guest.terminal.locator('textarea');
  const has = (control: Locator) =>
    eventually(
      () => control.evaluate((element) => element === document.activeElement),
      () => `the focus is not at ${String(control)}`,
    );
  await has(input);
  await keyboard.press('Control+Shift+Backspace');
  await has(guest.button('A− (smaller text)'));
  await keyboard.press('Tab');
  await has(guest.button('A+ (larger text)'));
  await keyboard.press('?');
  const shortcuts = guest.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await shortcuts.getByText('Leave the terminal, or go back into it').waitFor();
  expect(await shortcuts.getByText('New session').count()).toBe(0);
  await keyboard.press('Escape');
  await has(guest.button('A+ (larger text)'));
  await keyboard.press('Control+Shift+Backspace');
  await has(input);
  expect(await guest.page.getByRole('alert').count()).toBe(0);
});

test('a pasted picture is attached by Claude, and the absolute path of a dropped file is in the prompt', async () => {
  const owner = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await owner.ready();
  await owner.terminal.evaluate((element) => {
    const data = new DataTransfer();
    data.items.add(new File(['some notes'], 'notes of today.txt', { type: 'text/plain' }));
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await eventually(
    async () => new RegExp(`'/[^']*${acrossLines("/workspace/notes of today.txt'").source}`).test(await owner.text()),
    () => owner.text(),
  );

  await owner.terminal.locator('textarea').evaluate((element, png) => {
    const data = new DataTransfer();
    data.items.add(
      new File([Uint8Array.from(atob(png), (char) => char.charCodeAt(0))], 'image.png', { type: 'image/png' }),
    );
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, PNG);
  await owner.sees('[Image #1]');

  await owner.button('Files').click();
  await owner.page.getByLabel('Go to path').fill('notes of today.txt');
  await owner.page.keyboard.press('Enter');
  await owner.page.getByRole('treeitem', { name: 'notes of today.txt', selected: true }).waitFor();
  const download = owner.page.waitForEvent('download');
  await owner.button('Download').click();
  expect((await download).suggestedFilename()).toBe('notes of today.txt');
});
