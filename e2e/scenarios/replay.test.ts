/** What comes back after a reload, and what it must not do. */
import { background } from '@claude-webui/protocol';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openRawStage, startScript, startShell } from '../system/raw-program';
import type { Stage } from '../system/stage';

/** SCROLLBACK_LINES of the stage: more than a page keeps that knows nothing of the session. */
const KEPT = 15_000;
/** Queries that terminals answer: attributes, status, cursor, modes, colours, settings, version; and text for the clipboard. */
const QUERIES =
  '\\x1b[c\\x1b[>c\\x1b[5n\\x1b[6n\\x1b[?6n\\x1b[?2026$p\\x1b[4$p\\x1b]10;?\\x07\\x1b]11;?\\x07\\x1b]4;1;?\\x07\\x1bP$qm\\x1b\\\\\\x1b[18t\\x1b[>q\\x1b]52;c;cGFzdGVk\\x07';
/** Asks, and shows what it is answered, and nothing else. */
const ASKER = `
  let answers = 0;
  process.stdin.setRawMode(true);
  process.stdin.once('data', () => {
    process.stdin.on('data', (data) => {
      answers += 1;
      process.stdout.write('answer ' + answers + ': ' + JSON.stringify(data.toString()).replaceAll('\\\\', '/') + '\\r\\n');
    });
    process.stdout.write('asked\\r\\n${QUERIES}');
  });
  process.stdout.write('waits\\r\\n');`;

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage({ SCROLLBACK_LINES: String(KEPT) });
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});

async function open(): Promise<WorkbenchPage> {
  const context = await stage.newContext();
  return WorkbenchPage.signIn(await context.newPage(), stage.gateway.url);
}

/** A program that asks its terminal when a person is there: what it asks long before nobody answers. */
async function openAsker(): Promise<WorkbenchPage> {
  await startScript(stage.gateway.url, ASKER);
  const workbench = await open();
  await workbench.sees('waits');
  await workbench.type('a');
  return workbench;
}

async function reload(workbench: WorkbenchPage, text: string): Promise<void> {
  await workbench.page.reload();
  await workbench.opened();
  await workbench.sees(text);
}

async function numbers(workbench: WorkbenchPage): Promise<number[]> {
  return [...(await workbench.text()).matchAll(/^(\d+)$/gm)].map(([, number]) => Number(number));
}

test(`a reload brings back ${KEPT} lines, the screen first, and says that there were more`, async () => {
  await startShell(stage.gateway.url);
  const workbench = await open();
  await workbench.sees('$');
  await workbench.type('seq 20000; echo do""ne\n');
  await workbench.sees('done');
  await reload(workbench, 'done');
  const rows = await workbench.terminal.evaluate(({ terminal }) => terminal?.rows ?? 0);
  await eventually(
    async () => (await numbers(workbench)).length >= KEPT,
    async () => `there are ${(await numbers(workbench)).length} lines`,
  );
  const found = await numbers(workbench);
  expect(found).toEqual(Array.from({ length: found.length }, (_, index) => 20_000 - found.length + 1 + index));
  expect(found.length).toBeLessThanOrEqual(KEPT + rows);
  await workbench.type('echo mo""re\n');
  await workbench.sees('more');
  const end = workbench.page.getByText('Earlier lines are not kept.');
  expect(await end.count()).toBe(0);
  await workbench.terminal.evaluate(({ terminal }) => terminal?.scrollToTop());
  await end.waitFor();
  await workbench.terminal.evaluate(({ terminal }) => terminal?.scrollToBottom());
  await end.waitFor({ state: 'detached' });
});

test('the end of the lines is no end where all of them are there', async () => {
  await startShell(stage.gateway.url);
  const workbench = await open();
  await workbench.sees('$');
  await workbench.type('seq 100; echo do""ne\n');
  await workbench.sees('done');
  await reload(workbench, 'done');
  await eventually(
    async () => (await numbers(workbench)).length === 100,
    async () => workbench.text(),
  );
  await workbench.terminal.evaluate(({ terminal }) => terminal?.scrollToTop());
  await workbench.quiet();
  expect(await workbench.page.getByText('Earlier lines are not kept.').count()).toBe(0);
});

test('what a program asks is answered once, and not again after a reload, however often', async () => {
  const workbench = await openAsker();
  await workbench.sees('answer 1');
  await workbench.quiet();
  const before = await workbench.text();
  for (let times = 0; times < 3; times += 1) await reload(workbench, 'asked');
  await workbench.quiet();
  expect(await workbench.text()).toBe(before);
  // It is the program's to be typed into all the same.
  await workbench.type('k');
  await workbench.sees('"k"');
});

test('what was typed while the page came back is not lost among what is not answered', async () => {
  const workbench = await openAsker();
  await workbench.sees('answer 1');
  await workbench.page.reload();
  await workbench.opened();
  await workbench.terminal.click();
  for (const key of 'abcdefgh') await workbench.page.keyboard.press(key);
  await eventually(
    async () => [...(await workbench.text()).matchAll(/: "([a-h]+)"/g)].map(([, keys]) => keys).join('') === 'abcdefgh',
    () => workbench.text(),
  );
});

test('a shell’s prompt stays empty, whatever was printed before', async () => {
  await startShell(stage.gateway.url);
  const workbench = await open();
  await workbench.sees('$');
  await workbench.type('printf \'\\033[c\\033[6n\\033]11;?\\007\'; sleep 1; read -t 1 -n 200 -s; echo do""ne\n');
  await workbench.sees('done');
  const last = async () => (await workbench.text()).split('\n').at(-1);
  await eventually(
    async () => /\$ ?$/.test((await last()) ?? ''),
    () => workbench.text(),
  );
  const prompt = await last();
  for (let times = 0; times < 3; times += 1) {
    await reload(workbench, 'done');
    await workbench.quiet();
    expect(await last()).toBe(prompt);
  }
});

test('text for the clipboard that came long ago asks nobody', async () => {
  const workbench = await openAsker();
  const question = workbench.page.getByText(/clipboard/i);
  await question.first().waitFor();
  await reload(workbench, 'answer 1');
  await workbench.quiet();
  expect(await question.count()).toBe(0);
});

test('where one was in the scrollback, and what one has selected, stays when the lines above come', async () => {
  await startShell(stage.gateway.url);
  const workbench = await open();
  await workbench.sees('$');
  await workbench.type('seq 20000; echo do""ne\n');
  await workbench.sees('done');
  // The lines above wait until there is something to look at and to select.
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await workbench.page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(message));
    socket.onMessage((message) => {
      if (typeof message !== 'string' && message[0] === WANT_SCROLLBACK)
        background(
          'session-event',
          held.then(() => server.send(message)),
        );
      else server.send(message);
    });
  });
  await reload(workbench, 'done');
  await workbench.type('seq 30001 30100; echo aga""in\n');
  await workbench.sees('again');
  const view = () =>
    workbench.terminal.evaluate(({ terminal }) => {
      const { active } = terminal?.buffer ?? {};
      return [active?.getLine(active.viewportY)?.translateToString(true), terminal?.getSelection(), active?.length];
    });
  await workbench.terminal.evaluate(({ terminal }) => {
    terminal?.scrollLines(-40);
    terminal?.select(0, terminal.buffer.active.viewportY + 3, 5);
  });
  const [top, selected, length] = await view();
  expect(selected).toMatch(/^30\d{3}$/);
  release();
  await eventually(
    async () => Number((await view())[2]) > Number(length) + 2000,
    async () => JSON.stringify(await view()),
  );
  expect((await view()).slice(0, 2)).toEqual([top, selected]);
});

const WANT_SCROLLBACK = 0x15;

test('a program that asks its terminal tens of thousands of times at once is answered each time', async () => {
  const asked = 40_000;
  await startScript(
    stage.gateway.url,
    `const answer = '\\x1b[?1;2c';
    let bytes = 0;
    process.stdin.setRawMode(true);
    process.stdin.on('data', (data) => {
      bytes += data.length;
      if (bytes === ${asked} * answer.length) process.stdout.write('all answered');
    });
    process.stdin.once('data', () => { bytes = 0; process.stdout.write('\\x1b[c'.repeat(${asked})); });
    process.stdout.write('press a key');`,
  );
  const workbench = await open();
  await workbench.sees('press a key');
  await workbench.type('k');
  await workbench.sees('all answered');
});
