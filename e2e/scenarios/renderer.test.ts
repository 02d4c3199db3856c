/** By which means the terminal is drawn. */
import type { Page } from 'playwright-core';
import { openRawProgram, openRawStage } from '../system/raw-program';
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

const newPage = async () => (await stage.newContext()).newPage();
const rowsAsElements = (page: Page, text: string) => page.locator('.xterm-rows').filter({ hasText: text });

test('where a canvas can be trusted, it is WebGL', async () => {
  const page = await newPage();
  await openRawProgram(stage, page, 'drawn');
  expect(await page.locator('.xterm-screen canvas').count()).toBe(2);
  expect(await rowsAsElements(page, 'drawn').count()).toBe(0);
});

test('a browser that answers with noise when a canvas is read gets elements', async () => {
  const page = await newPage();
  await page.addInitScript(() => {
    const read = CanvasRenderingContext2D.prototype.getImageData;
    CanvasRenderingContext2D.prototype.getImageData = function (...place) {
      const image = read.apply(this, place);
      crypto.getRandomValues(image.data.subarray(0, 65_536));
      return image;
    };
  });
  await openRawProgram(stage, page, 'drawn');
  await rowsAsElements(page, 'drawn').waitFor();
  expect(await page.locator('.xterm-screen canvas').count()).toBe(0);
});

test('a lost graphics driver is replaced by elements', async () => {
  const page = await newPage();
  await openRawProgram(stage, page, 'drawn');
  await page.locator('.xterm-screen canvas').evaluateAll((canvases) => {
    for (const canvas of canvases)
      if (canvas instanceof HTMLCanvasElement)
        canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
  });
  await rowsAsElements(page, 'drawn').waitFor();
});

test('a person can have elements, and WebGL again, without a reload', async () => {
  const page = await newPage();
  const workbench = await openRawProgram(stage, page, 'drawn');
  const choose = async (choice: string) => {
    await workbench.button('Settings').click();
    await page.getByLabel('Renderer').selectOption(choice);
    await page.keyboard.press('Escape');
  };
  await choose('dom');
  await rowsAsElements(page, 'drawn').waitFor();
  await choose('automatic');
  await page.locator('.xterm-screen canvas').first().waitFor();
});
