/** Firefox as careful people, companies and people with poor sight set it up. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { rawSettings, startRawProgram } from '../../system/raw-program';
import { signInByRest } from '../../system/rest';
import { downloaded } from '../downloaded';
import { inBrowsers } from '../every-engine';
import type { Play } from '../every-engine';
import { Firefox } from '../firefox';
import { Picture } from '../picture';
import { Workbench } from '../workbench';

type Preferences = Record<string, boolean | number | string>;

function inFirefox(name: string, preferences: Preferences, scenarios: (play: () => Play) => void): void {
  describe('Firefox', () => inBrowsers([{ name, engine: Firefox, preferences }], rawSettings(), scenarios));
}

async function open(play: Play, output: string): Promise<Workbench> {
  await startRawProgram(play.url, output);
  const workbench = await Workbench.signIn(await play.newPage(), play.url);
  await workbench.sees('READY:');
  await workbench.focus();
  return workbench;
}

inFirefox('a browser that hides its fingerprint', { 'privacy.resistFingerprinting': true }, (play) => {
  const drawn = ({ page }: Workbench) =>
    page.evaluate(() => {
      const screen = [...document.querySelectorAll('[data-testid=terminal]')]
        .find((element) => element.checkVisibility())
        ?.querySelector('.xterm-screen');
      const rows = screen?.querySelector<HTMLElement>('.xterm-rows');
      return { canvases: screen?.querySelectorAll('canvas').length, text: rows?.innerText };
    });

  test('the terminal is drawn with elements, whose text is what the program wrote', async () => {
    const workbench = await open(play(), 'plain \x1b[1;31mred\x1b[m 日本 ┌─┐\r\n');
    const { canvases, text } = await drawn(workbench);
    expect(canvases).toBe(0);
    expect(text?.replaceAll('\u00a0', ' ')).toContain('plain red 日本 ┌─┐');
  });

  test('keys arrive as typed', async () => {
    const workbench = await open(play(), '');
    await workbench.page.type('aZ~/@[|{é');
    await workbench.page.press('Control+c');
    await workbench.page.press('ArrowUp');
    await workbench.page.press('Shift+Enter');
    // Such a browser hides that Alt is held.
    await workbench.page.press('Escape');
    await workbench.page.press('b');
    await workbench.page.press('F1');
    await workbench.sees('READY:aZ~/@[|{é␃␛[A␛␍␛b␛OP');
  });
});

describe.each([
  ['a browser that changes pixels that pages read', { 'privacy.fingerprintingProtection': true }],
  ['a browser without WebGL', { 'webgl.disabled': true }],
])('readable', (name, preferences) =>
  inFirefox(name, preferences, (play) => {
    test('there is text where the program wrote, and nothing elsewhere', async () => {
      const workbench = await open(play(), 'plain \x1b[1;31mred\x1b[m\r\n');
      const path = join(play().downloads, 'readable.png');
      const [first, last] = [await workbench.cell(0, 0), await workbench.cell(40, 20)];
      await eventually(
        async () => {
          await workbench.page.screenshot(path);
          const rows = new Picture(readFileSync(path))
            .ink({ ...rounded(first), width: Math.round(last.x - first.x), height: Math.round(last.y - first.y) })
            .split('\n');
          // The first line is cut through its middle by the box, and the second has the name and the cursor.
          const inkOf = (from: number, to?: number) => rows.slice(from, to).join('').replaceAll(' ', '').length;
          return inkOf(0, 20) > 40 && inkOf(40) === 0;
        },
        () => 'it is not what the program wrote',
      );
    });
  }),
);

const rounded = ({ x, y }: { x: number; y: number }) => ({ x: Math.round(x), y: Math.round(y) });

const NO_STORAGE = { 'dom.storage.enabled': false, 'network.cookie.cookieBehavior': 2 };
inFirefox('a browser that stores nothing', NO_STORAGE, (play) => {
  test('people work as ever, and read what a reload will cost them before it does', async () => {
    const workbench = await open(play(), '');
    await workbench.the('status', 'This browser keeps no cookies').appears();
    await workbench.page.type('typed');
    await workbench.sees('READY:typed');
    await workbench.page.reload();
    await workbench.the('button', 'Sign in').appears();
  });

  test('files go up and come down', async () => {
    const workbench = await open(play(), '');
    await workbench.drop('notes.txt', 'some notes');
    await workbench.sees('notes.txt');
    await workbench.download('notes.txt');
    const path = join(play().downloads, 'notes.txt');
    await downloaded(path, (content) => content.toString() === 'some notes');
  });

  test('settings take effect, and say how long', async () => {
    const workbench = await open(play(), '');
    await workbench.button('Settings').click();
    await workbench.the('status', 'what you choose here holds until the page is reloaded or closed').appears();
    await workbench.the('combobox', 'Theme').select('light');
    const theme = () => workbench.page.evaluate(() => document.documentElement.dataset['theme']);
    expect(await theme()).toBe('light');
    await workbench.button('Close').click();
    await workbench.type('typed');
    await workbench.sees('READY:typed');
  });
});

/** As Firefox has it where the system has a theme of high contrast, light or dark. */
inFirefox('a browser with the colours of its person', { 'browser.display.document_color_use': 2 }, (play) => {
  /** What stands out in elements, as they are on the screen. */
  async function ink({ page }: Workbench, selector: string): Promise<string[]> {
    const path = join(play().downloads, 'forced.png');
    await page.screenshot(path);
    const picture = new Picture(readFileSync(path));
    const boxes = await page.evaluate(
      (selector) =>
        [...document.querySelectorAll(selector)].map((element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
        }),
      selector,
    );
    return boxes.map((box) => picture.ink(box));
  }

  test('the state of each session, and which is in view, is seen', async () => {
    const { url } = play();
    const workbench = await Workbench.signIn(await play().newPage(), url);
    await workbench.ready();
    expect(await workbench.page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    await workbench.prompt('tool: touch asked-for');
    const call = await signInByRest(url);
    await call('POST', '/api/v1/sessions', {});
    const states = () =>
      workbench.page.evaluate(() =>
        [...document.querySelectorAll('.sessions .mark')].map((mark) => mark.getAttribute('class')),
      );
    await eventually(
      async () => (await states()).sort().join() === 'mark asks,mark idle',
      async () => `the states are ${(await states()).join()}`,
    );
    const marks = await ink(workbench, '.sessions .mark');
    const dots = await ink(workbench, '.status-line .dot');
    for (const mark of [...marks, ...dots]) expect(mark.replaceAll(/[^#]/g, '').length).toBeGreaterThan(8);
    expect(new Set(marks).size).toBe(2);
    // A line around the one in view.
    const entries = await ink(workbench, '.sessions li');
    const edges = entries.map((entry) =>
      entry
        .split('\n')
        .slice(0, 3)
        .some((row) => row.includes('#'.repeat(40))),
    );
    expect(edges.filter((isThere) => isThere)).toHaveLength(1);
  });
});
