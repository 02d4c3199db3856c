import { xtermCore } from '@claude-webui/protocol';
import { Terminal } from '@xterm/headless';
import { SynchronousTerminal } from './synchronous-terminal';

const SIZE = { cols: 20, rows: 5 };

function open(): Terminal {
  return new Terminal({ ...SIZE, allowProposedApi: true, logLevel: 'off' });
}

const write = (terminal: Terminal, text: string) => xtermCore(terminal)._inputHandler.parse(Buffer.from(text));

const text = ({ buffer }: Terminal) =>
  [0, 1].map((row) => buffer.active.getLine(row)?.translateToString(true) ?? '').join('|');

/** What the reset of xterm.js leaves as it is. When the first of two tests fails, it does so no more, and the part of `renew` can go. */
describe.each([
  {
    leftover: 'a control sequence of which only a part has come',
    before: '\x1b[3',
    after: 'Gx',
    kept: '  x|',
    renewed: 'Gx|',
  },
  {
    leftover: 'a line feed that is also a carriage return',
    before: '\x1b[20h',
    after: 'ab\nx',
    kept: 'ab|x',
    renewed: 'ab|  x',
  },
])('$leftover', ({ before, after, kept, renewed }) => {
  test('is kept by the reset of xterm.js', () => {
    const terminal = open();
    write(terminal, before);
    terminal.reset();
    write(terminal, after);
    expect(text(terminal)).toBe(kept);
  });

  test('is gone in a renewed terminal', () => {
    const terminal = open();
    const target = new SynchronousTerminal(terminal, (rebuild) => rebuild());
    write(terminal, before);
    target.renew(SIZE);
    write(terminal, after);
    expect(text(terminal)).toBe(renewed);
  });
});

test('a cursor that a program has made blink is as it was set in a renewed terminal, and not after the reset of xterm.js', () => {
  const terminal = open();
  const target = new SynchronousTerminal(terminal, (rebuild) => rebuild());
  write(terminal, '\x1b[?12h');
  terminal.reset();
  expect(terminal.options.cursorBlink).toBe(true);
  target.renew(SIZE);
  expect(terminal.options.cursorBlink).toBe(false);
});

test('colours that a program has set are taken back in a renewed terminal, and not by the reset of xterm.js', () => {
  const terminal = open();
  const target = new SynchronousTerminal(terminal, (rebuild) => rebuild());
  const restored: string[] = [];
  for (const identifier of [104, 110, 111, 112])
    terminal.parser.registerOscHandler(identifier, () => restored.push(String(identifier)) < 0);
  terminal.reset();
  expect(restored).toEqual([]);
  target.renew(SIZE);
  expect(restored).toEqual(['104', '110', '111', '112']);
});
