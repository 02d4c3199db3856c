/** Streams of terminal output from a grammar: what programs send, what they might, and rubbish. For tests. */
import type { TerminalSize } from '@claude-webui/protocol';

export type StreamStep = { type: 'output'; data: Buffer } | { type: 'size'; size: TerminalSize };

/** Numbers from a seed, so that a failure can be had again. */
export class Dice {
  constructor(private state: number) {}

  /** A whole number below `bound`. */
  below(bound: number): number {
    // mulberry32
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  chance(outOf: number): boolean {
    return this.below(outOf) === 0;
  }
}

const WORDS = ['a', 'the', 'prompt$ ', 'lorem ipsum dolor', '~`|{}[]', 'q', 'lqqqqk', '     ', 'x'.repeat(30), '#'];
const WIDE = ['漢', '字', '한국', 'ｗ', '，', '漢字漢字漢字漢字漢字'];
const CLUSTERS = [
  'e\u0301',
  '👍',
  '👍🏽',
  '👨‍👩‍👧',
  '🇩🇪',
  '🇩',
  '☺\ufe0f',
  'ก็',
  'नि',
  '\u0301',
  '\ufe0f',
  '\u200d',
  '\u200b',
  '각',
  'ᄀ',
  'ᅡ',
  '\u0600',
  'é',
  '─│┌',
  '\u00ad',
  '\ufeff',
];
const TITLES = ['', 'vim', 'a longer title: with; things', '漢字', '⠐ working'];
const URIS = ['http://a/', 'https://example.com/x;y?z=1', 'file:///tmp/é'];
const COLORS = ['#123456', 'rgb:ff/00/80', 'rgb:1/2/3', 'red', '?', ''];
const PRIVATE_MODES = [1, 3, 5, 6, 7, 9, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016];
const SCREEN_MODES = [47, 1047, 1048, 1049];
const OTHER_MODES = [2004, 2026, 2031, 1007, 69];

/** One piece of output. */
type Rule = (dice: Dice, size: TerminalSize) => string;

const count = (dice: Dice) => dice.one(['', '', '1', '2', '3', '5', '0', '40', '99999999']);
const row = (dice: Dice, { rows }: TerminalSize) => dice.below(rows + 2);
const column = (dice: Dice, { cols }: TerminalSize) => dice.below(cols + 2);

const RULES: readonly (readonly [number, Rule])[] = [
  [30, (dice) => dice.one(WORDS)],
  [8, (dice) => dice.one(WIDE)],
  [8, (dice) => dice.one(CLUSTERS)],
  [3, (dice, { cols }) => 'w'.repeat(dice.below(3 * cols))],
  [4, (dice, { cols }) => 'f'.repeat(cols - dice.below(2))],
  [3, (dice, { cols }) => '漢'.repeat(dice.below(cols) + 1)],
  [14, () => '\r\n'],
  [4, (dice) => '\n'.repeat(1 + dice.below(12))],
  [5, (dice) => dice.one(['\r', '\b', '\t', '\x07', '\0', '\x0b', '\x0c', '\x7f', '\x05'])],
  [5, (dice) => dice.one(['\x0e', '\x0f', '\x1bn', '\x1bo', '\x1b~', '\x1b}', '\x1b|'])],
  [
    5,
    (dice) =>
      `\x1b${dice.one(['(', ')', '*', '+', '-', '.', '/'])}${dice.one(['0', 'B', 'A', '4', 'R', 'H', '=', 'x'])}`,
  ],
  [25, sgr],
  [10, (dice, size) => `\x1b[${row(dice, size)};${column(dice, size)}H`],
  [12, (dice) => `\x1b[${count(dice)}${dice.one(Array.from('ABCDEFGIZad`e'))}`],
  [8, (dice) => `\x1b[${dice.one(['', '0', '1', '2', '3'])}${dice.one(['J', 'K', 'K'])}`],
  [3, (dice) => `\x1b[?${dice.below(4)}${dice.one(['J', 'K'])}`],
  [8, (dice) => `\x1b[${count(dice)}${dice.one(Array.from('@PXLMST'))}`],
  [3, (dice) => `\x1b[${count(dice)}${dice.one([' @', ' A', "'}", "'~"])}`],
  [4, (dice) => `\x1b[${dice.one(['', '1', '3', '50', '2147483647'])}b`],
  [5, (dice, size) => dice.one([`\x1b[${row(dice, size)};${row(dice, size)}r`, '\x1b[r'])],
  [6, (dice) => dice.one(['\x1b7', '\x1b8', '\x1b[s', '\x1b[u', '\x1b7', '\x1b8'])],
  [6, (dice) => `\x1b${dice.one(['D', 'E', 'M', 'M', 'H', '=', '>', '#8', '%G', '%@', '\\'])}`],
  [3, (dice) => `\x1b[${dice.one(['0', '3', ''])}g`],
  [8, (dice) => `\x1b[?${dice.one(PRIVATE_MODES)}${dice.one(['h', 'l'])}`],
  [7, (dice) => `\x1b[?${dice.one(SCREEN_MODES)}${dice.one(['h', 'l'])}`],
  [4, (dice) => `\x1b[?${dice.one(OTHER_MODES)};${dice.one(PRIVATE_MODES)}${dice.one(['h', 'l'])}`],
  [4, (dice) => `\x1b[${dice.one([4, 4, 20])}${dice.one(['h', 'l'])}`],
  [2, (dice) => `\x1b[${dice.one(['', 0, 1, 2, 3, 4, 5, 6, 7, 8])} q`],
  [2, (dice) => `\x1b[${dice.one(['', 0, 1, 2])}"q`],
  [3, (dice) => `\x1b]${dice.one([0, 1, 2])};${dice.one(TITLES)}${terminator(dice)}`],
  [6, link],
  [3, (dice) => `\x1b]4;${dice.below(300)};${dice.one(COLORS)};1;${dice.one(COLORS)}${terminator(dice)}`],
  [2, (dice) => `\x1b]${dice.one([10, 11, 12])};${dice.one(COLORS)};${dice.one(COLORS)}${terminator(dice)}`],
  [2, (dice) => `\x1b]${dice.one(['104', '104;1', '110', '111', '112'])}${terminator(dice)}`],
  [1, (dice) => dice.one(['\x1b[!p', '\x1b[!p', '\x1bc'])],
  [
    2,
    (dice) =>
      dice.one([
        '\x1bP1$qm\x1b\\',
        '\x1bPq#0~\x1b\\',
        '\x1b_app\x1b\\',
        '\x1b^pm\x1b\\',
        '\x1bXsos\x1b\\',
        '\x1b]52;c;YQ==\x07',
      ]),
  ],
  [
    2,
    (dice) =>
      dice.one(['\x1b[c', '\x1b[6n', '\x1b[?6n', '\x1b[>c', '\x1b[?2026$p', '\x1b[18t', '\x1b[22;0t', '\x1b[23;0t']),
  ],
  [
    2,
    (dice) =>
      dice.one([
        '\x1b[3\n1m',
        '\x1b[\b2C',
        '\x1b\r[1m',
        '\x1b[1;\x18',
        '\x1b[?\x1b[1m',
        '\x1b[<1;2m',
        '\x1b[1$$m',
        '\x1b[1?5h',
      ]),
  ],
  [
    2,
    (dice) =>
      dice.one([
        '\u009b3m',
        '\u0084',
        '\u0085',
        '\u0088',
        '\u008d',
        '\u009d0;c1\u009c',
        '\u0090q\u009c',
        '\u0098x\u009c',
      ]),
  ],
];
const TOTAL = RULES.reduce((sum, [weight]) => sum + weight, 0);

function terminator(dice: Dice): string {
  return dice.one(['\x07', '\x1b\\', '\x1b\\', '\x18']);
}

function link(dice: Dice): string {
  const open = `\x1b]8;${dice.one(['', '', 'id=1', 'id=two', 'x=y:id=1'])};${dice.one(URIS)}${terminator(dice)}`;
  return dice.one([
    open,
    `${open}link\x1b]8;;\x1b\\`,
    `${open}a link over several words\x1b]8;;\x07`,
    '\x1b]8;;\x1b\\',
  ]);
}

function sgr(dice: Dice): string {
  const parameter = () =>
    dice.one([
      '',
      '0',
      '0',
      '1',
      '2',
      '3',
      '4',
      '4:0',
      '4:2',
      '4:3',
      '4:5',
      '5',
      '7',
      '8',
      '9',
      '21',
      '22',
      '23',
      '24',
      '25',
      '27',
      '28',
      '29',
      '39',
      '49',
      '53',
      '55',
      '59',
      '100',
      '107',
      '94',
      '31',
      '44',
      '38;5;3',
      '48;5;200',
      '38;2;1;2;3',
      '48;2;9;8;7',
      '58;5;7',
      '58:2::1:2:3',
      '38:2:1:2:3',
      '38',
      '6',
    ]);
  return `\x1b[${Array.from({ length: 1 + dice.below(3) }, parameter).join(';')}m`;
}

function rubbish(dice: Dice): Buffer {
  return Buffer.from(
    Array.from({ length: 1 + dice.below(6) }, () => dice.one([dice.below(256), 0x1b, 0x5b, 0xc2, 0xe2, 0x9b, 0x80])),
  );
}

function piece(dice: Dice, size: TerminalSize): Buffer {
  if (dice.chance(60)) return rubbish(dice);
  let at = dice.below(TOTAL);
  for (const [weight, rule] of RULES) {
    at -= weight;
    if (at < 0) return Buffer.from(rule(dice, size));
  }
  throw new Error('the weights do not add up');
}

/** Less than three columns or two rows leave no room for some of the ways in which a snapshot makes cells. */
export function randomSize(dice: Dice): TerminalSize {
  return dice.chance(20)
    ? { cols: 3 + dice.below(3), rows: 2 + dice.below(3) }
    : { cols: 3 + dice.below(24), rows: 2 + dice.below(9) };
}

/** A stream for a terminal of this size. Some have no changes of size, the more of everything else. */
export function randomStream(dice: Dice, first: TerminalSize): StreamStep[] {
  const steps: StreamStep[] = [];
  const sizes = dice.chance(3) ? 12 : 0;
  let size = first;
  for (let left = 5 + dice.below(60); left > 0; left -= 1) {
    if (sizes > 0 && dice.chance(sizes)) {
      size = randomSize(dice);
      steps.push({ type: 'size', size });
    } else {
      steps.push({ type: 'output', data: piece(dice, size) });
    }
  }
  return steps;
}
