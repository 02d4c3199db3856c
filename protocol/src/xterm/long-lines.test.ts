import { Terminal } from '@xterm/headless';
import { xtermCore } from './internals';
import { repairXterm } from './repairs';

function open(cols: number, scrollback: number, text: string) {
  const terminal = new Terminal({ cols, rows: 24, scrollback, allowProposedApi: true, logLevel: 'off' });
  const { resize } = repairXterm(terminal);
  xtermCore(terminal)._inputHandler.parse(Buffer.from(text));
  const rows = () =>
    Array.from({ length: terminal.buffer.normal.length }, (_, row) => {
      const line = terminal.buffer.normal.getLine(row);
      return `${line?.isWrapped} ${line?.translateToString(true)}`;
    });
  return { terminal, resize, rows };
}

const lineOf = (length: number) => Array.from({ length }, (_, n) => String.fromCharCode(97 + (n % 26))).join('');

test('xterm.js alone overflows the stack where a line of many rows gets many more of them', () => {
  const { terminal } = open(80, 16_000, `${lineOf(80 * 15_900)}\r\nend`);
  expect(() => terminal.resize(8, 24)).toThrow(RangeError);
});

test('a line of many rows is wrapped anew in a narrower terminal, as far as it is kept', () => {
  const { terminal, resize, rows } = open(80, 16_000, `${lineOf(80 * 15_900)}\r\nend`);
  resize({ cols: 8, rows: 24 });
  expect(terminal.cols).toBe(8);
  expect(rows()).toHaveLength(16_024);
  expect(rows().slice(-2)).toEqual([`true ${lineOf(80 * 15_900).slice(-8)}`, 'false end']);
  expect(rows()[0]).toMatch(/^true [a-z]{8}$/);
});

test.each([
  { what: 'of one long line', text: `before\r\n${lineOf(700)}\r\n${'漢'.repeat(300)}\r\nend` },
  { what: 'with the cursor in the long line', text: `before\r\n${lineOf(700)}` },
  { what: 'of many lines', text: `${lineOf(50)}\r\n`.repeat(30) },
])('a narrower terminal shows what it shows without this: $what', ({ text }) => {
  const mended = open(20, 30, text);
  const plain = open(20, 30, text);
  mended.resize({ cols: 7, rows: 24 });
  plain.terminal.resize(7, 24);
  expect(mended.rows()).toEqual(plain.rows());
});
