/** Fingers on the terminal, and the key bar. */
import type { BrowserContextOptions, CDPSession } from 'playwright-core';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { openRawProgram, openRawStage, received } from '../system/raw-program';
import type { Stage } from '../system/stage';

const PHONE: BrowserContextOptions = { viewport: { width: 700, height: 600 }, hasTouch: true, isMobile: true };
const ALTERNATE_SCREEN = '\x1b[?1049h';
const APPLICATION_CURSOR = '\x1b[?1h';
const MOUSE = '\x1b[?1000h\x1b[?1006h';
const LINES = Array.from({ length: 300 }, (_, n) => `line ${n}\r\n`).join('');

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage();
});
afterAll(() => stage.close());
afterEach(async () => {
  await stage.clear();
  expect(stage.complaints.splice(0)).toEqual([]);
});

async function open(output = ''): Promise<{ workbench: WorkbenchPage; cdp: CDPSession }> {
  const page = await (await stage.newContext(PHONE)).newPage();
  const workbench = await openRawProgram(stage, page, output);
  return { workbench, cdp: await page.context().newCDPSession(page) };
}

/** A finger that goes up (towards what comes later) or down by this many pixels, and leaves while it moves. */
async function swipe({ workbench, cdp }: { workbench: WorkbenchPage; cdp: CDPSession }, pixels: number): Promise<void> {
  const box = await workbench.terminal.boundingBox();
  if (box === null) throw new Error('the terminal is not in view');
  const x = Math.round(box.x + box.width / 2);
  const y = Math.round(box.y + box.height / 2);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: number) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: at === undefined ? [] : [{ x, y: at }] });
  await touch('touchStart', y);
  for (let step = 1; step <= 10; step += 1) await touch('touchMove', y + (pixels * step) / 10);
  await touch('touchEnd');
}

const viewportY = ({ terminal }: WorkbenchPage) =>
  terminal.evaluate((element) => element.terminal?.buffer.active.viewportY ?? -1);

test('a swipe scrolls what has been, and goes on when the finger has left', async () => {
  const opened = await open(LINES);
  const bottom = await viewportY(opened.workbench);
  await swipe(opened, 200);
  const left = await viewportY(opened.workbench);
  expect(left).toBeLessThan(bottom - 5);
  await eventually(
    async () => (await viewportY(opened.workbench)) < left,
    () => 'it does not go on',
  );
  expect(await received(opened.workbench)).toBe('');
});

test('a swipe is arrow keys on the alternate screen, in the form that the program has asked for', async () => {
  const opened = await open(ALTERNATE_SCREEN);
  await swipe(opened, -100);
  await eventually(
    async () => /^(?:␛\[B)+$/.test(await received(opened.workbench)),
    () => received(opened.workbench),
  );
  await stage.clear();
  const application = await open(ALTERNATE_SCREEN + APPLICATION_CURSOR);
  await swipe(application, 100);
  await eventually(
    async () => /^(?:␛OA)+$/.test(await received(application.workbench)),
    () => received(application.workbench),
  );
});

test.each([
  ['the alternate screen', ALTERNATE_SCREEN],
  ['the normal screen', ''],
])('a swipe is a wheel to a program that takes the mouse, on %s', async (_where, screen) => {
  const opened = await open(screen + MOUSE);
  await swipe(opened, -100);
  await eventually(
    async () => /^(?:␛\[<65;\d+;\d+M)+$/.test(await received(opened.workbench)),
    () => received(opened.workbench),
  );
});

test('a tap focuses the terminal, and is a click to a program that takes the mouse', async () => {
  const { workbench } = await open(MOUSE);
  await workbench.terminal.tap();
  await eventually(
    async () => /^␛\[<0;(\d+;\d+)M␛\[<0;\1m$/.test(await received(workbench)),
    () => received(workbench),
  );
  expect(await workbench.terminal.locator('textarea').evaluate((element) => element === document.activeElement)).toBe(
    true,
  );
});

test('a finger that stays selects the word under it, and the key bar copies it', async () => {
  const { workbench, cdp } = await open('\x1b[2J\x1b[5;1Hsee /srv/data/file.txt now\x1b[H');
  await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const at = await workbench.terminal.locator('.xterm-screen').evaluate((screen) => {
    const { x, y, width, height } = screen.getBoundingClientRect();
    const { cols = 1, rows = 1 } = screen.closest('[data-testid=terminal]')?.terminal ?? {};
    return { x: x + (width / cols) * 10, y: y + (height / rows) * 4.5 };
  });
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
  await workbench.button('Copy').waitFor();
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await workbench.button('Copy').tap();
  await eventually(
    async () => (await workbench.page.evaluate(() => navigator.clipboard.readText())) === '/srv/data/file.txt',
    () => workbench.page.evaluate(() => navigator.clipboard.readText()),
  );
});

test('the key bar’s arrows are those that the program has asked for, and a modifier is for one key', async () => {
  const { workbench } = await open(APPLICATION_CURSOR);
  for (const name of ['Up', 'Page down', 'New line in the prompt', 'Escape']) await workbench.button(name).tap();
  const control = workbench.button('Control, with the next key');
  await control.tap();
  expect(await control.getAttribute('aria-pressed')).toBe('true');
  await workbench.button('Left').tap();
  expect(await control.getAttribute('aria-pressed')).toBe('false');
  await workbench.button('Left').tap();
  await workbench.button('Alt, with the next key').tap();
  await workbench.page.keyboard.type('bb');
  await eventually(
    async () => (await received(workbench)) === '␛OA␛[6~␛␍␛␛[1;5D␛OD␛bb',
    () => received(workbench),
  );
});

type Way = (workbench: WorkbenchPage) => Promise<void>;
const dispatch =
  (name: 'paste' | 'drop' | 'beforeinput'): Way =>
  ({ terminal }) =>
    terminal.locator('textarea').evaluate((textarea, name) => {
      const data = new DataTransfer();
      data.setData('text/plain', 'c');
      const given = { bubbles: true, cancelable: true };
      const event = {
        paste: () => new ClipboardEvent(name, { ...given, clipboardData: data }),
        drop: () => new DragEvent(name, { ...given, dataTransfer: data }),
        beforeinput: () => new InputEvent(name, { ...given, inputType: 'insertFromPaste', data: 'c' }),
      };
      textarea.dispatchEvent(event[name]());
    }, name);

test.each<[string, Way]>([
  ['by the key bar', (workbench) => workbench.button('Paste').tap()],
  ['by the browser', dispatch('paste')],
  ['by the on-screen keyboard', dispatch('beforeinput')],
  ['by a drop', dispatch('drop')],
])('a character that is pasted %s is no key, though modifiers are held', async (_way, paste) => {
  const { workbench } = await open();
  await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await workbench.page.evaluate(() => navigator.clipboard.writeText('c'));
  for (const name of ['Control, with the next key', 'Alt, with the next key']) {
    const modifier = workbench.button(name);
    await modifier.tap();
    await paste(workbench);
    await workbench.page.locator('.key-bar [aria-pressed=true]').waitFor({ state: 'detached' });
    await workbench.page.keyboard.type('d');
  }
  await eventually(
    async () => (await received(workbench)) === 'cdcd',
    () => received(workbench),
  );
});

test.each([
  ['in common colours', 'none'],
  ['in forced colours', 'active'],
] as const)('a modifier that is held looks held, %s', async (_where, forcedColors) => {
  const { workbench } = await open();
  await workbench.page.emulateMedia({ forcedColors });
  for (const name of ['Control, with the next key', 'Alt, with the next key']) {
    const modifier = workbench.button(name);
    const looks = () =>
      modifier.evaluate((button) => {
        const { backgroundColor, color } = getComputedStyle(button);
        return `${color} on ${backgroundColor}`;
      });
    const free = await looks();
    await modifier.tap();
    expect(await looks()).not.toBe(free);
    await modifier.tap();
    expect(await looks()).toBe(free);
  }
});

test('Control on the key bar takes the letter of a keyboard that composes words', async () => {
  const { workbench, cdp } = await open();
  await workbench.button('Control, with the next key').tap();
  await cdp.send('Input.imeSetComposition', { text: 'c', selectionStart: 1, selectionEnd: 1 });
  await eventually(
    async () => (await received(workbench)) === '␃',
    () => received(workbench),
  );
  await cdp.send('Input.imeSetComposition', { text: 'd', selectionStart: 1, selectionEnd: 1 });
  await cdp.send('Input.insertText', { text: 'd' });
  await eventually(
    async () => (await received(workbench)) === '␃d',
    () => received(workbench),
  );
});

test('a key of the key bar leaves the focus where it is, so that no keyboard comes up by itself', async () => {
  const { workbench } = await open();
  await workbench.button('Sessions').focus();
  await workbench.button('Up').tap();
  await eventually(
    async () => (await received(workbench)) === '␛[A',
    () => received(workbench),
  );
  expect(await workbench.terminal.locator('textarea').evaluate((element) => element === document.activeElement)).toBe(
    false,
  );
});

test('the prompt stays above an on-screen keyboard that browsers tell by the visual viewport only, and zooming moves nothing', async () => {
  const page = await (await stage.newContext(PHONE)).newPage();
  await page.addInitScript(() => {
    const viewport = Object.assign(new EventTarget(), { height: 600, width: 700, offsetTop: 0, scale: 1 });
    Object.defineProperty(window, 'visualViewport', { value: viewport });
  });
  const workbench = await openRawProgram(stage, page);
  const change = (values: object) =>
    page.evaluate((values) => {
      Object.assign(visualViewport ?? {}, values);
      visualViewport?.dispatchEvent(new Event('resize'));
    }, values);
  const keyBarEnd = async () => {
    const box = await page.getByRole('toolbar', { name: 'Terminal keys' }).boundingBox();
    return Math.round((box?.y ?? 0) + (box?.height ?? 0));
  };
  const before = await keyBarEnd();
  await change({ height: 340, offsetTop: 50 });
  expect(await keyBarEnd()).toBe(before - 210);
  await workbench.terminal.locator('.xterm-screen').waitFor();
  await change({ height: 600, offsetTop: 0 });
  expect(await keyBarEnd()).toBe(before);
  await change({ height: 300, offsetTop: 150, scale: 2 });
  expect(await keyBarEnd()).toBe(before);
});

test('a finger moves a screen that is somebody else’s and larger than the place for it', async () => {
  const driver = await openRawProgram(
    stage,
    await (await stage.newContext({ viewport: { width: 1700, height: 900 } })).newPage(),
    LINES,
  );
  const page = await (await stage.newContext({ ...PHONE, viewport: { width: 480, height: 500 } })).newPage();
  const watcher = await WorkbenchPage.signIn(page, stage.gateway.url);
  await watcher.sees('READY:');
  await watcher.notice('somebody else is typing').waitFor();
  const cdp = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y: 250 }] });
  await touch('touchStart', 250);
  for (const x of [200, 150, 100]) await touch('touchMove', x);
  await touch('touchEnd');
  expect(await watcher.terminal.evaluate((element) => element.scrollLeft)).toBeGreaterThan(50);
  expect(await received(driver)).toBe('');
});
