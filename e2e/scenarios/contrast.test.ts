/**
 * The contrast of text as it is drawn, in each theme and by each renderer, whatever colours a program has chosen. It measures pixels:
 * when web/xterm-contrast.ts is taken out and this still passes with a newer xterm.js, it can go.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { testUnless } from '@claude-webui/testing/unless';
import { WorkbenchPage, eventually } from '@claude-webui/testing/page/workbench-page';
import { READY, openRawProgram, openRawStage, startScript } from '../system/raw-program';
import type { Stage } from '../system/stage';

/** Glyphs that have pixels of their full colour even where edges are smoothed. */
const SAMPLE = 'MWM';
const rgb = (layer: 38 | 48, r: number, g: number, b: number) => `${layer};2;${r};${g};${b}`;

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
  ['on a middle grey', rgb(48, 128, 128, 128)],
  ['dim on a middle grey', `2;${rgb(48, 128, 128, 128)}`],
  ['light on light', `${rgb(38, 240, 240, 240)};${rgb(48, 250, 250, 250)}`],
  ['dark on dark', `${rgb(38, 20, 20, 20)};${rgb(48, 10, 10, 10)}`],
  ['dim on its own colour', `2;${rgb(38, 90, 20, 20)};${rgb(48, 90, 20, 20)}`],
];

/** Prints what is typed as it is. */
const MIRROR = `process.stdin.setRawMode(true); process.stdin.pipe(process.stdout); process.stdout.write('${READY}')`;

/** Concealed text is not there; what has the colour of its background by any other means is made readable. */
const CONCEALED = '8';
const SAMPLES_IN_ROW = 16;
const DEFAULT = 'default';
const INVERSE = 'inverse';

/** The colour behind a sample: one of the 256, or one of the default ones. */
type Behind = number | typeof DEFAULT | typeof INVERSE;

/** Each of the 256 colours before the default background, behind the default text, and behind text of its own colour. */
const SAMPLES = (
  [
    ['0', DEFAULT],
    ['7', INVERSE],
    [CONCEALED, DEFAULT],
    ...Array.from({ length: 256 }, (_, n): [string, Behind][] => [
      [`38;5;${n}`, DEFAULT],
      [`48;5;${n}`, n],
      [`38;5;${n};48;5;${n}`, n],
    ]).flat(),
  ] satisfies [string, Behind][]
).map(([parameters, behind], index) => ({
  parameters,
  behind,
  row: Math.floor(index / SAMPLES_IN_ROW),
  column: (SAMPLE.length + 1) * (index % SAMPLES_IN_ROW),
}));

/** Colours that are not as the theme has them. */
type Colours = Partial<Record<Behind, string | undefined>>;
const ALL = Array.from({ length: 256 }, (_, n) => n);
/** Far from what each was. */
const changed = (n: number) => [(n * 71 + 128) % 256, (n * 151 + 40) % 256, (n * 29 + 200) % 256] as const;
const hex = (colour: readonly number[]) => colour.map((part) => part.toString(16).padStart(2, '0')).join('/');

/** What a program does to the colours, one after the other; the text stays as it was drawn. */
const STEPS: readonly { what: string; sequence: string; changes: Colours }[] = [
  ...['255,255,255', '0,0,0'].map((colour) => ({
    what: `background ${colour}`,
    sequence: `\x1b]11;rgb:${hex(colour.split(',').map(Number))}\x07`,
    changes: { [DEFAULT]: colour },
  })),
  ...['0,0,0', '255,255,255'].map((colour) => ({
    what: `text ${colour}`,
    sequence: `\x1b]10;rgb:${hex(colour.split(',').map(Number))}\x07`,
    changes: { [INVERSE]: colour },
  })),
  {
    what: 'another palette',
    sequence: ALL.map((n) => `\x1b]4;${n};rgb:${hex(changed(n))}\x07`).join(''),
    changes: Object.fromEntries(ALL.map((n) => [n, changed(n).join(',')])),
  },
  { what: 'the background of the theme', sequence: '\x1b]111\x07', changes: { [DEFAULT]: undefined } },
  { what: 'the text of the theme', sequence: '\x1b]110\x07', changes: { [INVERSE]: undefined } },
  {
    what: 'the palette of the theme',
    sequence: '\x1b]104\x07',
    changes: Object.fromEntries(ALL.map((n) => [n, undefined])),
  },
];

/** What the cursor stands on, and its colour after that. */
const CURSORS = ['0', '7', rgb(38, 250, 250, 250)].flatMap((parameters) =>
  ['255,255,255', '0,0,0', '128,128,128'].map((colour) => ({ parameters, colour })),
);

let stage: Stage;
beforeAll(async () => {
  stage = await openRawStage();
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

/** What the pixels of one sample show. */
interface Measured {
  /** Red, green and blue of most of its pixels. */
  background: string;
  /** The strongest contrast of a pixel with that. */
  contrast: number;
  /** Black or white have no more before this background. */
  most: number;
}

/** Measures the samples of so many cells that begin in these cells of the screen, by the pixels of a picture of the page. */
async function measure(
  page: Page,
  cells: readonly { row: number; column: number }[],
  length = SAMPLE.length,
): Promise<Measured[]> {
  const box = await page.locator('.xterm-screen').boundingBox();
  if (box === null) throw new Error('there is no terminal in view');
  const picture = (await page.screenshot({ clip: box })).toString('base64');
  const size = await page.getByTestId('terminal').evaluate(({ terminal }) => ({
    rows: terminal?.rows ?? 0,
    cols: terminal?.cols ?? 0,
  }));
  return page.evaluate(
    async ({ picture, cells, size, length }) => {
      const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (context === null) throw new Error('no canvas');
      context.drawImage(image, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
      /** Of a pixel, which is 0xAABBGGRR. */
      const channels = (pixel: number) => [pixel & 255, (pixel >>> 8) & 255, (pixel >>> 16) & 255];
      const luminance = (pixel: number) => {
        const [r = 0, g = 0, b = 0] = channels(pixel).map((part) => {
          const value = part / 255;
          return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const width = image.width / size.cols;
      const height = image.height / size.rows;
      return cells.map(({ row, column }) => {
        const counts = new Map<number, number>();
        // Without the edges, where half a pixel may be the neighbour's.
        for (let y = Math.ceil(row * height) + 1; y < Math.floor((row + 1) * height) - 1; y += 1)
          for (let x = Math.ceil(column * width) + 1; x < Math.floor((column + length) * width) - 1; x += 1) {
            const pixel = pixels[y * image.width + x] ?? 0;
            counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
          }
        const background = [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
        const behind = luminance(background);
        return {
          background: channels(background).join(','),
          contrast: Math.max(...[...counts.keys()].map((pixel) => ratio(luminance(pixel), behind))),
          most: Math.max(ratio(0, behind), ratio(1, behind)),
        };
      });
    },
    { picture, cells, size, length },
  );
}

/** Before backgrounds of middle brightness no colour has 7. */
const isTooLow = ({ contrast, most }: Measured, minimum: number) => contrast < Math.min(minimum, most - 0.01);

/** Opens a page that draws the terminal in this theme and by this renderer. */
async function newPage(theme: string, renderer: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await stage.newContext({ viewport: { width: 1100, height: 1400 }, ...options });
  const page = await context.newPage();
  await page.addInitScript((settings) => localStorage.setItem('claude-webui.settings', JSON.stringify(settings)), {
    theme,
    renderer,
    fontSize: 20,
  });
  return page;
}

/** Sweeps of a minute each: in every run in the theme that people begin with. */
const FULL = process.env['E2E'] === 'full' ? null : 'E2E=full runs it';
const RENDERERS = ['automatic', 'dom'] as const;

describe.each([
  ['dark', 4.5],
  ['light', 4.5],
  ['contrast', 7],
] as const)('in the theme "%s"', (theme, minimum) => {
  test.each(RENDERERS)('each colour, dim, inverse or selected, has its contrast; renderer: %s', async (renderer) => {
    const page = await newPage(theme, renderer);
    const samples = STYLES.map(([, parameters]) => `\x1b[${parameters}m${SAMPLE}\x1b[0m\r\n`).join('');
    const workbench = await openRawProgram(stage, page, `\x1b[2J\x1b[H\x1b[?25l${samples}`);
    const rows = () => workbench.terminal.evaluate((element) => element.terminal?.rows ?? 0);
    expect(await rows()).toBeGreaterThan(STYLES.length);
    expect(await page.locator('.xterm-screen canvas').count()).toBe(renderer === 'dom' ? 0 : 2);
    const tooLow = async () => {
      const measured = await measure(
        page,
        STYLES.map((_style, row) => ({ row, column: 0 })),
      );
      return measured.flatMap((found, row) =>
        isTooLow(found, minimum) ? [`${STYLES[row]?.[0]}: ${found.contrast.toFixed(2)}`] : [],
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
  });

  for (const renderer of RENDERERS)
    testUnless(
      theme === 'dark' ? null : FULL,
      `each of the 256 colours has its contrast, also after a program has given them, text or background another; renderer: ${renderer}`,
      async () => {
        const page = await newPage(theme, renderer);
        const drawn = SAMPLES.map(
          ({ row, column, parameters }) => `\x1b[${row + 1};${column + 1}H\x1b[${parameters}m${SAMPLE}\x1b[0m`,
        );
        await startScript(stage.gateway.url, MIRROR);
        const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
        await workbench.sees(READY);
        const prints = (output: string) =>
          workbench.terminal.evaluate((element, output) => element.terminal?.input(output), output);
        const size = await workbench.terminal.evaluate(({ terminal }) => [terminal?.cols, terminal?.rows]);
        expect(Math.min(...size.map(Number))).toBeGreaterThan(Math.ceil(SAMPLES.length / SAMPLES_IN_ROW));
        await prints(`\x1b[?25l\x1b[2J${drawn.join('')}`);
        await workbench.sees(`${SAMPLE} ${SAMPLE}`);
        await workbench.quiet();
        expect(await page.locator('.xterm-screen canvas').count()).toBe(renderer === 'dom' ? 0 : 2);

        const before = (await measure(page, SAMPLES)).map(({ background }) => background);
        const colours: Colours = {};
        const wrong = async () =>
          (await measure(page, SAMPLES)).flatMap((found, index) => {
            const sample = SAMPLES[index];
            if (sample === undefined) return [];
            const { parameters, behind } = sample;
            const background = colours[behind] ?? before[index];
            const isReadable = parameters === CONCEALED ? found.contrast === 1 : !isTooLow(found, minimum);
            if (isReadable && found.background === background) return [];
            return [`${parameters}: ${found.contrast.toFixed(2)} before ${found.background}, not ${background}`];
          });
        for (const { what, sequence, changes } of [{ what: 'the theme', sequence: '', changes: {} }, ...STEPS]) {
          await prints(sequence);
          Object.assign(colours, changes);
          let found: string[] = [];
          await eventually(
            async () => (found = await wrong()).length === 0,
            () => `${what}: ${found.length} samples are wrong:\n${found.slice(0, 20).join('\n')}`,
            5000,
          );
        }
      },
      240_000,
    );

  for (const [renderer, motion, reducedMotion] of [
    ['automatic', 'steady', 'reduce'],
    ['automatic', 'blinking', 'no-preference'],
    ['dom', 'steady', 'reduce'],
    ['dom', 'blinking', 'no-preference'],
  ] as const)
    testUnless(
      theme === 'dark' ? null : FULL,
      `what is under the cursor has its contrast, whatever colour a program gives that; renderer: ${renderer}, ${motion}`,
      async () => {
        const page = await newPage(theme, renderer, { reducedMotion, viewport: { width: 500, height: 320 } });
        await startScript(stage.gateway.url, MIRROR);
        const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
        await workbench.sees(READY);
        await workbench.terminal.click();
        const wrong: string[] = [];
        for (const { parameters, colour } of CURSORS) {
          const set = `\x1b]12;rgb:${hex(colour.split(',').map(Number))}\x07`;
          await workbench.terminal.evaluate(
            (element, output) => element.terminal?.input(output),
            `\x1b[2J\x1b[3;1H\x1b[${parameters}mM\x1b[0m${set}\x1b[3;1H`,
          );
          const phases = new Set<string>();
          const look = async () => {
            const [found] = await measure(page, [{ row: 2, column: 0 }], 1);
            if (found === undefined || (phases.size === 0 && found.background !== colour)) return;
            phases.add(found.background === colour ? 'on' : 'off');
            if (isTooLow(found, minimum))
              wrong.push(`${parameters} with ${colour}: ${found.contrast.toFixed(2)} before ${found.background}`);
          };
          await eventually(
            async () => {
              await look();
              return phases.size === (motion === 'steady' ? 1 : 2);
            },
            () => `${parameters}: a cursor of ${colour} has been ${[...phases].join(' and ') || 'nowhere'}`,
          );
        }
        expect(wrong).toEqual([]);
      },
      120_000,
    );
});
