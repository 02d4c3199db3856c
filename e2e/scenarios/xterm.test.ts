/**
 * Faults of xterm.js alone, without this project's code, that this project works around. A test that fails here is good news: the
 * version in use has the fault no more, and what it names can go.
 */
import { readFileSync } from 'node:fs';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Terminal } from '@xterm/xterm';
import { launchBrowser } from '@claude-webui/testing/page/browser';

declare global {
  interface Window {
    /** The only terminal of the page. */
    bare: Terminal;
    /** What it has given out. */
    given: string;
  }
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser([]);
});
afterAll(() => browser.close());

async function open(): Promise<{ page: Page; cdp: CDPSession; given: () => Promise<string> }> {
  const page = await browser.newPage({ hasTouch: true });
  await page.setContent('<div id="terminal" style="width: 600px; height: 300px"></div>');
  await page.addStyleTag({ content: readFileSync(require.resolve('@xterm/xterm/css/xterm.css'), 'utf8') });
  await page.addScriptTag({ content: readFileSync(require.resolve('@xterm/xterm/lib/xterm.js'), 'utf8') });
  await page.evaluate(`
    window.given = '';
    window.bare = new Terminal({ rows: 10, cols: 40 });
    bare.open(document.getElementById('terminal'));
    bare.onData((data) => (given += data));
    bare.focus();`);
  const given = async () => {
    // xterm.js looks at its textarea in a later task.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 20)));
    return page.evaluate(() => window.given);
  };
  return { page, cdp: await page.context().newCDPSession(page), given };
}

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

test('a paste can end its own marks (xtermjs/xterm.js#5716): clipboard/paste.ts', async () => {
  const { page, given } = await open();
  await page.evaluate(async () => {
    await new Promise<void>((resolve) => window.bare.write('\x1b[?2004h', resolve));
    window.bare.paste('a\x1b[201~b');
  });
  expect(await given()).toContain('a\x1b[201~b');
});

test('a word that a phone’s keyboard corrects is repeated (#3600): keyboard/text-entry.ts', async () => {
  const { cdp, given } = await open();
  const key = { key: 'Unidentified', windowsVirtualKeyCode: 229 };
  const insert = async (text: string) => {
    await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
    await cdp.send('Input.insertText', { text });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    await given();
  };
  for (const letter of 'teh') await insert(letter);
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
  await cdp.send('Input.imeSetComposition', {
    text: 'the',
    selectionStart: 3,
    selectionEnd: 3,
    replacementStart: 0,
    replacementEnd: 3,
  });
  await cdp.send('Input.insertText', { text: 'the ' });
  expect(await given()).not.toBe('teh\x7f\x7fhe ');
});

test('Control and a letter goes by the key code (#5721): keyboard/key-action.ts', async () => {
  const { cdp, given } = await open();
  // As iPads report it.
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'c',
    code: 'KeyC',
    windowsVirtualKeyCode: 13,
    modifiers: 2,
  });
  expect(await given()).not.toBe('\x03');
});

test('AltGr alone takes the next key away (#3437): keyboard/key-action.ts', async () => {
  const { cdp, given } = await open();
  const altGr = { key: 'AltGraph', code: 'AltRight', windowsVirtualKeyCode: 225 };
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...altGr });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...altGr });
  const up = { type: 'rawKeyDown', key: 'ArrowUp', code: 'ArrowUp', windowsVirtualKeyCode: 38 } as const;
  await cdp.send('Input.dispatchKeyEvent', up);
  expect(await given()).toBe('');
  await cdp.send('Input.dispatchKeyEvent', up);
  expect(await given()).toBe('\x1b[A');
});

test('the second key of a composition is a letter of its own where it is reported with its key code (#5894): keyboard/text-entry.ts', async () => {
  const { page, given } = await open();
  // As Firefox on Linux reports ´ and e.
  await page.evaluate(async () => {
    const { textarea } = window.bare;
    if (textarea === undefined) throw new Error('there is no textarea');
    const fire = (event: Event) => textarea.dispatchEvent(event);
    const options = { bubbles: true, cancelable: true, composed: true };
    fire(new KeyboardEvent('keydown', { ...options, key: 'Dead', code: 'Quote', keyCode: 222 }));
    fire(new CompositionEvent('compositionstart', options));
    textarea.value = '´';
    fire(new CompositionEvent('compositionupdate', { ...options, data: '´' }));
    await new Promise((resolve) => setTimeout(resolve));
    fire(new KeyboardEvent('keydown', { ...options, key: 'e', code: 'KeyE', keyCode: 69, isComposing: true }));
    textarea.value = 'é';
    fire(new CompositionEvent('compositionend', { ...options, data: 'é' }));
    fire(new InputEvent('input', { ...options, data: 'é', inputType: 'insertCompositionText' }));
  });
  expect(await given()).not.toBe('é');
});

test('glyphs are drawn as a canvas gives them back, noise or not (#4746, #5318): renderer.ts', async () => {
  const { page } = await open();
  await page.addScriptTag({ content: readFileSync(require.resolve('@xterm/addon-webgl/lib/addon-webgl.js'), 'utf8') });
  const reads = await page.evaluate(`(async () => {
    const prototype = CanvasRenderingContext2D.prototype;
    const read = prototype.getImageData;
    let reads = 0;
    prototype.getImageData = function (...place) { reads += 1; return read.apply(this, place); };
    bare.loadAddon(new WebglAddon.WebglAddon());
    await new Promise((resolve) => bare.write('glyphs', resolve));
    await new Promise((resolve) => { const drawn = bare.onRender(() => { drawn.dispose(); resolve(); }); bare.refresh(0, 9); });
    return reads;
  })()`);
  expect(reads).toBeGreaterThan(0);
});

test('Option is Meta on both sides or on none: keyboard/option-keys.ts', () => {
  const options = readFileSync(require.resolve('@xterm/xterm/typings/xterm.d.ts'), 'utf8');
  expect(options).toMatch(/macOptionIsMeta\?: boolean;/);
});

test('a finger scrolls nothing (#5489): touch/', async () => {
  const { page, cdp } = await open();
  await page.evaluate(() => new Promise<void>((resolve) => window.bare.write('line\r\n'.repeat(200), resolve)));
  const viewport = () => page.evaluate(() => window.bare.buffer.active.viewportY);
  const before = await viewport();
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: 100, y: 50 }] });
  for (const y of [80, 120, 160])
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: 100, y }] });
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await page.evaluate(() => new Promise(requestAnimationFrame));
  expect(await viewport()).toBe(before);
});

test('a word of many rows overflows the stack when it is selected: selection/whole-words.ts', async () => {
  const { page } = await open();
  const selected = await page.evaluate(`(async () => {
    bare.options.scrollback = 30000;
    await new Promise((resolve) => bare.write('x'.repeat(40 * 20000), resolve));
    try { bare._core._selectionService._getWordAt([5, bare.buffer.active.length - 1], true); return 'all'; }
    catch (error) { return error.name; }
  })()`);
  expect(selected).toBe('RangeError');
});

test('a screen reader is given all of a line, however long: screen-reader.ts', async () => {
  const { page } = await open();
  await page.evaluate(`bare.options.screenReaderMode = true; bare.write('x'.repeat(40 * 100))`);
  await page.waitForFunction(`document.querySelector('.live-region').textContent.length === 40 * 100`);
});
