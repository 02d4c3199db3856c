/** One line of 10,000 rows: a file without line ends, base64, a bundle. Whatever a person does with it, the page goes on. */
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openRawStage, startScript } from '../system/raw-program';
import type { Stage } from '../system/stage';

const ROWS = 10_000;
const MARK = 'NEEDLE';

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage({ SCROLLBACK_LINES: '20000' });
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});

/** A page with such a line above its last row. */
async function open(settings: Record<string, unknown> = {}): Promise<WorkbenchPage> {
  const page = await (await stage.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })).newPage();
  await page.addInitScript(
    (settings) => localStorage.setItem('claude-webui.settings', settings),
    JSON.stringify(settings),
  );
  await startScript(
    stage.gateway.url,
    `process.stdin.setRawMode(true);
     process.stdin.once('data', () => {
       const cells = process.stdout.columns * ${ROWS};
       process.stdout.write('first\\r\\n' + 'x'.repeat(cells - 2000) + '${MARK}' + 'y'.repeat(1994) + '\\r\\nEND\\r\\n');
     });
     process.stdout.write('READY');`,
  );
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.sees('READY');
  await workbench.type('g');
  await eventually(
    async () => (await workbench.screen()).includes('END'),
    async () => (await workbench.screen()).join('\n'),
    60_000,
  );
  return workbench;
}

const selection = (workbench: WorkbenchPage) =>
  workbench.terminal.evaluate(({ terminal }) => terminal?.getSelection() ?? '');

/** How many characters of it are on the page. */
const lengthOfLine = (workbench: WorkbenchPage) =>
  workbench.terminal.evaluate(({ terminal }) => {
    const buffer = terminal?.buffer.active;
    const rows = Array.from({ length: buffer?.length ?? 0 }, (_, row) => buffer?.getLine(row)?.isWrapped === true);
    return (rows.filter(Boolean).length + 1) * (terminal?.cols ?? 0);
  });

test('it is searched, forwards and backwards', async () => {
  const workbench = await open();
  await workbench.button('Search').click();
  const field = workbench.page.getByLabel('Search the terminal');
  const find = async (text: string, count: string) => {
    await field.fill(text);
    await workbench.page.getByRole('search').getByText(count, { exact: true }).waitFor();
  };
  await find(MARK, '1 of 1');
  expect(await selection(workbench)).toBe(MARK);
  await field.press('Enter');
  await field.press('Shift+Enter');
  expect(await selection(workbench)).toBe(MARK);
  await find('nowhere', '0 of 0');
  await find('first', '1 of 1');
  await find('xx', '1 of 1000');
});

test('a double click selects its word, and a third one the line; both are copied', async () => {
  const workbench = await open();
  const length = await lengthOfLine(workbench);
  expect(length).toBeGreaterThan(ROWS * 80);
  const box = await workbench.terminal.locator('.xterm-screen').boundingBox();
  if (box === null) throw new Error('there is no terminal in view');
  const [x, y] = [box.x + box.width / 2, box.y + 40] as const;
  await workbench.page.mouse.dblclick(x, y);
  expect(await selection(workbench)).toHaveLength(length);
  // Goes on with the word under the mouse at each move.
  await workbench.page.mouse.move(x, y);
  await workbench.page.mouse.click(x, y, { clickCount: 3 });
  await eventually(
    async () => (await selection(workbench)).trimEnd().length === length,
    async () => `selected: ${(await selection(workbench)).length} of ${length}`,
  );
  await workbench.page.keyboard.press('Control+Shift+C');
  await eventually(
    async () => (await workbench.page.evaluate(() => navigator.clipboard.readText())).trimEnd().length === length,
    () => 'it is not on the clipboard',
  );
});

test('a mouse over it finds its links, and the window is made narrower', async () => {
  const workbench = await open();
  const length = await lengthOfLine(workbench);
  await workbench.terminal.hover();
  await workbench.resizing(() => workbench.page.setViewportSize({ width: 400, height: 700 }));
  await workbench.sees('END');
  await workbench.resizing(() => workbench.page.setViewportSize({ width: 1100, height: 700 }));
  expect((await workbench.text()).includes(MARK)).toBe(true);
  expect(await lengthOfLine(workbench)).toBeLessThanOrEqual(length);
});

test('a screen reader is not given all of it', async () => {
  const workbench = await open({ screenReader: true });
  const said = () => workbench.page.locator('.xterm-accessibility .live-region').textContent();
  await eventually(
    async () => ((await said()) ?? '').includes('Too much output'),
    async () => `said: ${(await said())?.length} characters`,
  );
  expect(await said()).not.toHaveLength(0);
  expect(((await said()) ?? '').length).toBeLessThan(20_000);
});
