import type { Locator } from 'playwright-core';

/** Drops files and folders of this machine on the middle of an element, as the browser does it for a person. */
export async function drop(onto: Locator, ...files: string[]): Promise<void> {
  const page = onto.page();
  const box = await onto.boundingBox();
  if (box === null) throw new Error('the element is not in view');
  const cdp = await page.context().newCDPSession(page);
  const event = {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    data: { items: [], files, dragOperationsMask: 1 },
  };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, ...event });
  await cdp.detach();
}
