import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';
import { WorkbenchPage, eventually } from '../system/workbench-page';

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
  await guest.page.getByRole('alert').filter({ hasText: 'You are watching' }).waitFor();
  expect(await guest.button('Take over').count()).toBe(0);
  expect(await owner.text()).not.toContain('may I?');

  await owner.button('Take back').click();
  await guest.page.getByRole('alert').filter({ hasText: 'taken back by its owner' }).first().waitFor();
});

test('a pasted image and a dropped file land in the workspace, and their names in the prompt', async () => {
  const owner = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await owner.ready();
  await owner.terminal.evaluate((element) => {
    const data = new DataTransfer();
    data.items.add(new File(['some notes'], 'notes of today.txt', { type: 'text/plain' }));
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await owner.sees("'notes of today.txt'");

  await owner.terminal.locator('textarea').evaluate((element) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array([0x89, 0x50])], 'image.png', { type: 'image/png' }));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await eventually(
    async () => /pasted-\w+-\w+\.png/.test(await owner.text()),
    () => owner.text(),
  );

  await owner.button('Download').click();
  await owner.page.getByLabel('Path in the workspace').fill('notes of today.txt');
  const download = owner.page.waitForEvent('download');
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('notes of today.txt');
});
