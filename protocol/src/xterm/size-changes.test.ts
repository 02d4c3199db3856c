import { Terminal } from '@xterm/headless';
import { xtermCore } from './internals';
import { repairXterm } from './repairs';

const SIZE = { cols: 20, rows: 6 };
const HOME = '\x1b[H';

function open() {
  const terminal = new Terminal({ ...SIZE, scrollback: 1000, allowProposedApi: true, logLevel: 'off' });
  const core = xtermCore(terminal);
  const repairs = repairXterm(terminal);
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, row) => terminal.buffer.normal.getLine(from + row)?.translateToString(true));
  return {
    write: (text: string) => void core._inputHandler.parse(Buffer.from(text)),
    resize: (cols: number, rows: number) => repairs.resize({ cols, rows }),
    sequence: () => repairs.sizeChangeSequence(),
    get above() {
      return lines(0, terminal.buffer.normal.baseY);
    },
    get screen() {
      const { baseY } = terminal.buffer.normal;
      return lines(baseY, baseY + terminal.rows);
    },
    get cursor() {
      return [terminal.buffer.active.cursorX, terminal.buffer.active.cursorY];
    },
  };
}

const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `row ${from + n}`);
const written = (from: number, to: number) => rows(from, to).join('\r\n');

test('xterm.js alone drops what is below the cursor (xtermjs/xterm.js#6130)', () => {
  const terminal = new Terminal({ ...SIZE, scrollback: 1000, allowProposedApi: true, logLevel: 'off' });
  xtermCore(terminal)._inputHandler.parse(Buffer.from(`${written(1, 6)}${HOME}`));
  terminal.resize(20, 3);
  expect(terminal.buffer.normal.length).toBe(3);
});

describe('fewer rows', () => {
  test('what is below the cursor stays, and the row that ends it: lines go up instead', () => {
    const terminal = open();
    terminal.write(`${written(1, 7)}\r\n\x1b[3A\x1b[2C`);
    expect(terminal.above).toEqual(rows(1, 2));
    terminal.resize(20, 4);
    expect(terminal.above).toEqual(rows(1, 4));
    expect(terminal.screen).toEqual([...rows(5, 7), '']);
    expect(terminal.cursor).toEqual([2, 0]);
  });

  test('rows that nobody has drawn on go first', () => {
    const terminal = open();
    terminal.write(`${written(1, 3)}\r\n\x1b[2A`);
    terminal.resize(20, 4);
    expect(terminal.above).toEqual([]);
    expect(terminal.screen).toEqual([...rows(1, 3), '']);
    expect(terminal.cursor).toEqual([0, 1]);
  });

  test('of a screen that was cleared the prompt stays in view', () => {
    const terminal = open();
    terminal.write(`${written(1, 20)}\r\n${HOME}\x1b[2J$ `);
    terminal.resize(20, 3);
    expect(terminal.screen).toEqual(['$ ', '', '']);
    expect(terminal.cursor).toEqual([2, 0]);
  });

  test('of a cursor that has no room left the row is the first', () => {
    const terminal = open();
    terminal.write(`${written(1, 6)}${HOME}`);
    terminal.resize(20, 2);
    expect(terminal.screen).toEqual(rows(5, 6));
    expect(terminal.cursor).toEqual([0, 0]);
  });
});

describe('more rows', () => {
  test('lines come down again, whatever is below the cursor', () => {
    const terminal = open();
    terminal.write(`${written(1, 7)}\r\n\x1b[3A`);
    terminal.resize(20, 4);
    terminal.resize(20, 6);
    expect(terminal.above).toEqual(rows(1, 2));
    expect(terminal.screen).toEqual([...rows(3, 7), '']);
    expect(terminal.cursor).toEqual([0, 2]);
  });

  test('below a screen that is not full they are blank', () => {
    const terminal = open();
    terminal.write(`${written(1, 20)}${HOME}\x1b[2Jrow 21\r\nrow 22${HOME}`);
    terminal.resize(20, 8);
    expect(terminal.screen).toEqual(['row 21', 'row 22', '', '', '', '', '', '']);
  });
});

describe('a redraw after a change of size', () => {
  const cleared = (count: number) => `${HOME}${'\x1b[2K\x1b[1B'.repeat(count)}${HOME}`;

  test.each([
    ['row by row', cleared(6)],
    ['as a whole, from home', `${HOME}\x1b[J`],
    ['as a whole, before going home', `\x1b[2J${HOME}`],
  ])('takes the lines that it begins with out of the scrollback: cleared %s', (_what, clear) => {
    const terminal = open();
    terminal.write(written(1, 10));
    terminal.resize(19, 6);
    terminal.write(`${clear}${written(3, 8)}\r\n\x1b[A`);
    expect(terminal.above).toEqual(rows(1, 3));
    expect(terminal.screen).toEqual([...rows(4, 8), '']);
  });

  test('also those that it has scrolled away itself', () => {
    const terminal = open();
    terminal.write(written(1, 10));
    terminal.resize(19, 6);
    terminal.write(`${cleared(6)}${written(2, 12)}\x1b[A`);
    expect([...terminal.above, ...terminal.screen]).toEqual(rows(1, 12));
  });

  test('and those that were wrapped anew', () => {
    const terminal = open();
    terminal.write(`${written(1, 8)}\r\na longer row 9\r\nrow 10`);
    terminal.resize(10, 3);
    terminal.write(`${cleared(3)}row 8\r\na longer\r\nrow 9\r\nrow 10\x1b[A`);
    expect([...terminal.above, ...terminal.screen]).toEqual([...rows(1, 8), 'a longer', 'row 9', 'row 10']);
  });

  test('goes on in a terminal that takes over in its midst', () => {
    const finished = `${written(4, 8)}\r\n\x1b[A`;
    const [one, other] = [open(), open()];
    one.write(written(1, 10));
    one.resize(19, 6);
    one.write(`${cleared(6)}row 3\r\n`);
    other.resize(19, 6);
    other.write(`${written(1, 10)}${cleared(6)}\x1b]7763;\x07row 3\r\n${one.sequence()}`);
    for (const terminal of [one, other]) terminal.write(finished);
    expect([one.above, one.screen]).toEqual([rows(1, 3), [...rows(4, 8), '']]);
    expect([other.above, other.screen]).toEqual([one.above, one.screen]);
  });

  test('is none without a change of size, without a blank screen, or in the alternate screen', () => {
    const unchanged = open();
    unchanged.write(`${written(1, 10)}${cleared(6)}${written(3, 8)}\x1b[A`);
    expect(unchanged.above).toEqual(rows(1, 4));
    const notBlank = open();
    notBlank.write(written(1, 10));
    notBlank.resize(19, 6);
    notBlank.write(`${HOME}${written(3, 8)}\x1b[A`);
    expect(notBlank.above).toEqual(rows(1, 4));
    const alternate = open();
    alternate.write(written(1, 10));
    alternate.resize(19, 6);
    alternate.write(`\x1b[?1049h${cleared(6)}${written(3, 8)}\x1b[A\x1b[?1049l`);
    expect(alternate.above).toEqual(rows(1, 4));
  });

  test('is none long after it', () => {
    const terminal = open();
    terminal.write(written(1, 10));
    terminal.resize(19, 6);
    terminal.write(`\r\n${written(11, 220)}${cleared(6)}${written(212, 218)}\x1b[A`);
    expect(terminal.above.slice(-3)).toEqual([...rows(213, 214), 'row 212']);
  });
});
