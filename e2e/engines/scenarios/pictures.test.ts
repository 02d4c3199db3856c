/**
 * The same screens in the three engines: their text is equal, and pictures of them are put into test-results/engines, to be looked at
 * side by side.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { rawSettings, startRawProgram } from '../../system/raw-program';
import { ENGINES, inEveryEngine } from '../every-engine';
import type { EnginePage } from '../engine';
import { Picture } from '../picture';
import { Workbench } from '../workbench';

const FOLDER = join(__dirname, '../../../test-results/engines');
/** Columns and rows of the terminal. Engines measure fonts otherwise, so that a window of one size has not the same in each. */
const SIZE = { cols: 100, rows: 30 };
const SCREENS = [
  'sign-in',
  'drawing',
  'claude',
  'question',
  'settings',
  'shortcuts',
  'files',
  'light',
  'contrast',
  'narrow',
] as const;
type Screen = (typeof SCREENS)[number];
/** There is none, or a program is about to draw for its new size. */
const WITHOUT_TERMINAL: ReadonlySet<Screen> = new Set(['sign-in', 'files', 'narrow']);

/** What terminals draw in many ways. */
const DRAWING = [
  'plain \x1b[1mbold\x1b[m \x1b[2mdim\x1b[m \x1b[3mitalic\x1b[m \x1b[7minverse\x1b[m \x1b[9mstruck\x1b[m \x1b[53moverlined\x1b[m',
  ...[1, 2, 3, 4, 5].map((style) => `\x1b[4:${style}m underlined ${style} \x1b[m`),
  Array.from({ length: 16 }, (_, colour) => `\x1b[48;5;${colour}m  \x1b[m\x1b[38;5;${colour}m■ \x1b[m`).join(''),
  Array.from({ length: 48 }, (_, step) => `\x1b[48;2;${step * 5};${255 - step * 5};128m `).join('') + '\x1b[m',
  '┌──┬──┐ ╔══╦══╗ ╭──────╮ ▁▂▃▄▅▆▇█ ░▒▓ ▖▗▘▙▚▛▜▝▞▟',
  '│  │  │ ║  ║  ║ │ ✻ ❯ ● │ ⎿ ⏺ ⏵⏵ ⏸ ✔ ✘ ⠋⠙⠹⠸',
  '├──┼──┤ ╠══╬══╣ ╰──────╯ ←↑→↓ “quoted” — … €£¥',
  '日本語の文字 한국어 中文 全角ＡＢＣ|',
  'e\u0301 n\u0303 a\u0308 Ελληνικά Кириллица עברית العربية|',
  '😀 👩‍💻 🇩🇪 ⚠️ 1️⃣ ❤️|',
  '\x1b]8;;https://example.org\x1b\\a link\x1b]8;;\x1b\\ and https://example.org/plain',
  '',
].join('\r\n');

const texts = new Map<Screen, Map<string, string>>();

inEveryEngine(rawSettings(), (play) => {
  async function take(screen: Screen, page: EnginePage): Promise<void> {
    mkdirSync(FOLDER, { recursive: true });
    await page.evaluate(painted);
    await page.screenshot(join(FOLDER, `${screen}-${play().engine.name.toLowerCase()}.png`));
    const terminal = WITHOUT_TERMINAL.has(screen) ? '' : await new Workbench(page).text();
    const rest = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('header.bar, nav, aside, dialog[open], .status-line, main, form')]
        .filter((element) => element.checkVisibility() && element.querySelector('.xterm') === null)
        .flatMap((element) => {
          // Engines do not agree whether what can be chosen is text.
          const options = new Set([...element.querySelectorAll('option')].map(({ text }) => text));
          return element.innerText.split('\n').filter((line) => !options.has(line.trim()));
        })
        .join('\n'),
    );
    const ofEngines = texts.get(screen) ?? new Map<string, string>();
    texts.set(screen, ofEngines.set(play().engine.name, comparable(`${rest}\n${terminal}`)));
  }

  test('each screen', async () => {
    await startRawProgram(play().url, DRAWING);
    const page = await play().newPage();
    await page.goto(play().url);
    const workbench = new Workbench(page);
    await workbench.button('Sign in').appears();
    await take('sign-in', page);
    await Workbench.signIn(page, play().url);
    await workbench.sees('READY:');
    await workbench.fit(SIZE);
    await listSays(workbench, 'Working');
    await take('drawing', page);

    await workbench.button('New session').click();
    await workbench.button('Start').click();
    await workbench.ready();
    await workbench.prompt('say: **bold**, `code` and “quotes”');
    await workbench.sees('· done');
    await listSays(workbench, 'Ready');
    await take('claude', page);
    await workbench.prompt('tool: touch asked-for');
    await workbench.sees('Do you want to proceed?');
    await listSays(workbench, 'Asks you');
    await take('question', page);

    await workbench.button('Settings').click();
    await workbench.the('dialog', 'Settings').appears();
    await take('settings', page);
    for (const theme of ['light', 'contrast'] as const) {
      await workbench.the('combobox', 'Theme').select(theme);
      await closed(workbench);
      await take(theme, page);
      await workbench.button('Settings').click();
    }
    await workbench.the('combobox', 'Theme').select('dark');
    await closed(workbench);
    await workbench.button('Files').click();
    await workbench.the('treeitem', 'Workspace').appears();
    await eventually(
      async () => (await workbench.size()) !== '100×30',
      () => 'the terminal does not make room',
    );
    await take('files', page);
    await workbench.button('Close files').click();
    await workbench.becomes(SIZE);
    await page.press('Control+Shift+Backspace');
    await page.press('?');
    await workbench.the('dialog', 'Keyboard shortcuts').appears();
    await take('shortcuts', page);
    await page.press('Escape');
    await page.resize({ width: 400, height: 700 });
    await workbench.button('New session').goes();
    await eventually(
      async () => (await workbench.size()) !== '100×30',
      () => 'the terminal does not become narrower',
    );
    await workbench.button('Sessions').click();
    await workbench.button('New session').appears();
    await take('narrow', page);
  });

  test('a checkbox looks checked when it is, and only then', async () => {
    await startRawProgram(play().url);
    const page = await play().newPage();
    const workbench = await Workbench.signIn(page, play().url);
    const checkbox = workbench.the('checkbox', 'Everybody’s');
    await checkbox.appears();
    /** Pixels that stand out from what is around it. */
    const filled = async () => {
      await page.evaluate(painted);
      const box = await checkbox.read((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x: Math.round(x) - 8, y: Math.round(y) - 8, width: width + 16, height: height + 16 };
      });
      if (box === null) return 0;
      const path = join(play().downloads, 'checkbox.png');
      await page.screenshot(path);
      return new Picture(readFileSync(path)).ink(box).replaceAll(/[^#]/g, '').length;
    };
    // Its frame has 60, and all of it 256.
    await becomes(filled, (pixels) => pixels < 80);
    await checkbox.click();
    await becomes(filled, (pixels) => pixels > 150);
  });
});

test.each(SCREENS)('the text of the screen "%s" is equal in all engines', (screen) => {
  const ofEngines = texts.get(screen);
  expect([...(ofEngines?.keys() ?? [])]).toEqual(ENGINES.map(({ name }) => name));
  const [first, ...others] = ofEngines?.values() ?? [];
  for (const other of others) expect(other).toBe(first);
});

async function becomes(read: () => Promise<number>, isRight: (value: number) => boolean): Promise<void> {
  const seen: number[] = [];
  await eventually(
    async () => {
      seen.push(await read());
      return isRight(seen.at(-1) ?? 0);
    },
    () => `it was ${seen.join(', ')}`,
  );
}

async function closed(workbench: Workbench): Promise<void> {
  await workbench.button('Close').click();
  await workbench.the('dialog', 'Settings').goes();
}

/** Runs in the page, until what is there has been drawn. */
async function painted(): Promise<void> {
  await Promise.all([...document.images].map((image) => image.decode()));
  for (let frames = 0; frames < 3; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Waits until the list has this word for the session in view. */
async function listSays({ page }: Workbench, word: string): Promise<void> {
  const entry = () =>
    page.evaluate(() => document.querySelector<HTMLElement>('.sessions li.current')?.innerText ?? 'nothing');
  await eventually(async () => (await entry()).includes(word), entry);
}

/** Where the path of a workspace is long, Claude Code breaks the line within the identifier. */
const SESSION_ID =
  /(?:[\da-f](?:\n\s*)?){8}(?:-(?:\n\s*)?(?:[\da-f](?:\n\s*)?){4}){3}-(?:\n\s*)?(?:[\da-f](?:\n\s*)?){11}[\da-f]/g;

/** Without what is another each time. */
function comparable(text: string): string {
  return (
    text
      .replaceAll(SESSION_ID, 'ID')
      .replaceAll(/^[\d.]+ ms$/gm, '')
      // Cells of another font have another size.
      .replaceAll(/^\d+×\d+$/gm, 'SIZE')
      // Claude Code looks for another word each time.
      .replaceAll(/✻ .* · done .*/g, '✻ done')
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .join('\n')
  );
}
