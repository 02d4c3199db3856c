/**
 * The contrast of text as it is drawn, in each theme and by each renderer, whatever colours a program has chosen. It measures pixels:
 * when web/xterm-contrast.ts is taken out and this still passes with a newer xterm.js, it can go.
 */
import type { Page } from 'playwright-core';
import { openRawProgram, openRawStage } from '../system/raw-program';
import type { Stage } from '../system/stage';
import { eventually } from '../system/workbench-page';

/** Glyphs that have pixels of their full colour even where edges are smoothed. */
const SAMPLE = 'MWM';
const rgb = (layer: 38 | 48, r: number, g: number, b: number) => `${layer};2;${r};${g};${b}`;

const ON_GREY = 'on a middle grey';
/** Backgrounds of middle brightness, of themselves or when they are selected. Before them no colour has 7. */
const MIDDLE = /on a middle grey|inverse light grey/;

/** SGR parameters: what a program may choose. */
const STYLES: readonly (readonly [what: string, parameters: string])[] = [
  ['plain', '0'],
  ['dim', '2'],
  ['inverse', '7'],
  ['dim and inverse', '2;7'],
  ...Array.from({ length: 8 }, (_, n) => [`colour ${n}`, `${30 + n}`] as const),
  ...Array.from({ length: 8 }, (_, n) => [`bright colour ${n}`, `${90 + n}`] as const),
  ...Array.from({ length: 8 }, (_, n) => [`dim colour ${n}`, `2;${30 + n}`] as const),
  ['white like Claude Code’s bullet', rgb(38, 255, 255, 255)],
  ['black', rgb(38, 0, 0, 0)],
  ['light blue like Claude Code’s code', rgb(38, 177, 185, 249)],
  ['middle grey', rgb(38, 128, 128, 128)],
  ['dim middle grey', `2;${rgb(38, 128, 128, 128)}`],
  ['dim light grey', `2;${rgb(38, 230, 230, 230)}`],
  ['inverse light grey', `7;${rgb(38, 204, 204, 204)}`],
  ['inverse dark grey', `7;${rgb(38, 60, 60, 60)}`],
  [ON_GREY, rgb(48, 128, 128, 128)],
  [`dim ${ON_GREY}`, `2;${rgb(48, 128, 128, 128)}`],
  ['light on light', `${rgb(38, 240, 240, 240)};${rgb(48, 250, 250, 250)}`],
  ['dark on dark', `${rgb(38, 20, 20, 20)};${rgb(48, 10, 10, 10)}`],
  ['dim on its own colour', `2;${rgb(38, 90, 20, 20)};${rgb(48, 90, 20, 20)}`],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage();
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

/** The strongest contrast in each row of samples, by the pixels of a picture of the page. */
async function contrasts(page: Page, columns: number): Promise<number[]> {
  const box = await page.locator('.xterm-screen').boundingBox();
  if (box === null) throw new Error('there is no terminal in view');
  const picture = (await page.screenshot({ clip: box })).toString('base64');
  const rows = await page.getByTestId('terminal').evaluate((element) => element.terminal?.rows ?? 0);
  const cols = await page.getByTestId('terminal').evaluate((element) => element.terminal?.cols ?? 0);
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(
      async ({ picture, rows, width }) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d');
        if (context === null) throw new Error('no canvas');
        context.drawImage(image, 0, 0);
        const luminance = (pixel: string) => {
          const [r = 0, g = 0, b = 0] = pixel.split(',').map((part) => {
            const value = Number(part) / 255;
            return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return Array.from({ length: rows }, (_, row) => {
          const height = image.height / rows;
          const { data } = context.getImageData(
            0,
            Math.round(row * height) + 1,
            Math.floor(image.width * width),
            Math.floor(height) - 2,
          );
          const counts = new Map<string, number>();
          for (let at = 0; at < data.length; at += 4) {
            const pixel = [data[at], data[at + 1], data[at + 2]].join(',');
            counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
          }
          const background = luminance([...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '');
          const ratios = [...counts.keys()].map((pixel) => {
            const other = luminance(pixel);
            return (Math.max(other, background) + 0.05) / (Math.min(other, background) + 0.05);
          });
          return Math.max(...ratios);
        });
      },
      { picture, rows, width: columns / cols },
    );
  } finally {
    await blank.close();
  }
}

describe.each([
  ['dark', 4.5],
  ['light', 4.5],
  ['contrast', 7],
] as const)('in the theme "%s"', (theme, minimum) => {
  test.each(['automatic', 'dom'] as const)(
    'each colour, dim, inverse or selected, has its contrast; renderer: %s',
    async (renderer) => {
      const page = await (await stage.newContext({ viewport: { width: 1100, height: 1400 } })).newPage();
      await page.addInitScript((settings) => localStorage.setItem('claude-webui.settings', JSON.stringify(settings)), {
        theme,
        renderer,
        fontSize: 20,
      });
      const samples = STYLES.map(([, parameters]) => `\x1b[${parameters}m${SAMPLE}\x1b[0m\r\n`).join('');
      const workbench = await openRawProgram(stage, page, `\x1b[2J\x1b[H\x1b[?25l${samples}`);
      const rows = () => workbench.terminal.evaluate((element) => element.terminal?.rows ?? 0);
      expect(await rows()).toBeGreaterThan(STYLES.length);
      expect(await page.locator('.xterm-screen canvas').count()).toBe(renderer === 'dom' ? 0 : 2);
      const tooLow = async () => {
        const measured = await contrasts(page, SAMPLE.length);
        return STYLES.map(([what], row) => `${what}: ${measured[row]?.toFixed(2)}`).filter(
          (line, row) => (measured[row] ?? 0) < (MIDDLE.test(line) ? 4.5 : minimum),
        );
      };
      await eventually(
        async () => (await tooLow()).length === 0,
        async () => (await tooLow()).join('\n'),
        5000,
      );
      await workbench.terminal.evaluate((element, rows) => element.terminal?.selectLines(0, rows), STYLES.length);
      await eventually(
        async () => (await tooLow()).length === 0,
        async () => `selected:\n${(await tooLow()).join('\n')}`,
        5000,
      );
    },
  );
});
