import { PlainTerminal, differences } from '../testing/terminal-state';
import { Emulator } from './emulator';

const SIZE = { cols: 20, rows: 6 };

async function snapshotOf(output: string, size = SIZE, scrollbackLines = 100) {
  const emulator = new Emulator(size, scrollbackLines);
  await emulator.write(Buffer.from(output));
  const snapshot = emulator.serialize();
  emulator.close();
  return snapshot;
}

/** What reveals state that does not show: scrolling, erasing, saved cursors, tabs, combining characters, the other screen. */
const PROBE =
  '\u0301x\tt\x1b[b\n\x1b[K\x1b8s\x1b(B\x1b[?1049hA\x1b[?1049lB\x1b[5S\r\nC\x1b]8;;\x1b\\D\x1b[mE\x1b[99;99HF\x0eq';

test.each([
  ['text and its attributes', '\x1b[1;2;3;4;5;7;8;9;53;38;5;3;48;2;1;2;3mx\x1b[0;4:3;58:2::9:8:7my'],
  ['attributes out of the alternate screen', '\x1b[7;1mx\x1b[m\x1b[?1049hplain'],
  ['attributes of what comes next', '\x1b[31;4:2;58:5:9mx'],
  ['a cursor behind the last column', 'x'.repeat(20)],
  ['a cursor behind the last column after a change of colour', `\x1b[31m${'x'.repeat(20)}\x1b[m`],
  ['a cursor behind the last column of an erased line', `${'x'.repeat(20)}\x1b[44m\x1b[2K`],
  ['margins', '\x1b[2;4rx'],
  ['margins of the screen that does not show', '\x1b[2;4rx\x1b[?1049hy'],
  ['origin mode', '\x1b[2;4r\x1b[?6h\x1b[2;3Hx'],
  ['what DECSC has saved', '\x1b[3;4H\x1b[31m\x1b)0\x0e\x1b7\x0f\x1b[m\x1b[Hx'],
  ['what DECSC has saved on both screens', '\x1b[3;4H\x1b7\x1b[?47h\x1b[2;2H\x1b[44m\x1b7\x1b[mx'],
  ['what DECSC has saved on the alternate screen, on the normal one', '\x1b[?47h\x1b[2;2H\x1b[44m\x1b7\x1b[?47lx'],
  ['the underline that DECSC has saved', '\x1b[4:3;58:5:1m\x1b7\x1b[m'],
  ['character sets', '\x1b(A\x1b)0\x1b*4\x1b+K\x0eq'],
  ['tab stops', '\x1b[3g\x1b[4G\x1bH\x1b[7G\x1bH\r'],
  ['modes', '\x1b[?1;66;7l\x1b[?1;45;66;1003;1004;1016;2004;2026;2031h\x1b[4h\x1b[20h\x1b[?25l'],
  ['the encoding of the mouse after a soft reset', '\x1b[?1002;1006h\x1b[!p'],
  ['the shape of the cursor', '\x1b[5 q'],
  ['the blinking of the cursor', '\x1b[?12h'],
  ['colours that were changed', '\x1b]4;1;#102030;2;rgb:1/2/3\x07\x1b]10;#fff\x07\x1b]11;#000\x07\x1b]104;2\x07'],
  ['links', '\x1b]8;;http://a/\x1b\\ab\x1b[3Hc\x1b]8;id=x;http://b/\x1b\\d\x1b]8;;\x1b\\e\x1b]8;id=x;http://b/\x1b\\f'],
  ['titles', '\x1b]2;title; with 漢\x07\x1b]1;icon\x07'],
  ['the background of what is erased', '\x1b[44m\x1b[2J\x1b[3;3H\x1b[45m\x1b[K\x1b[m'],
  ['protected characters', '\x1b[1"qkept\x1b["qnot\x1b[1"q'],
  ['lines that are wrapped', 'x'.repeat(50)],
  ['lines that were wrapped and have been erased at both ends', `${'x'.repeat(50)}\x1b[H\x1b[K\x1b[2;2H\x1b[1K`],
  ['a line that goes on from the scrollback', `${'x'.repeat(130)}\r\n`],
  ['wide characters', '漢字'.repeat(12)],
  ['a wide character of which half is overwritten', '漢漢\x1b[2G\x1b[41mx'],
  ['a wide character of which half is pushed away', '漢漢\x1b[2G\x1b[@'],
  ['a wide character that does not fit', `\x1b[?7l${'漢'.repeat(9)}x漢漢`],
  [
    'halves of wide characters beside a cell with looks of its own',
    '漢漢\x1b[2G\x1b[@\x1b[19G\x1b[1m漢\x1b[19G\x1b[7mx',
  ],
  ['clusters of code points', 'e\u0301👨‍👩‍👧🇩🇪☺\ufe0f'],
  ['more combining characters than a cell takes', `a${'\u0301'.repeat(100)}b${'\u0301'.repeat(100)}`],
  ['a mark of its own beside a letter', 'e\x1b[m\u0301'],
  ['a character that something may join', '🇩'],
  ['a character that something may join, where characters are inserted', 'abc\x1b[4h\x1b[2Ge'],
  ['a sequence that goes on', 'x\x1b[3'],
  ['a sequence with a line feed in it that goes on', 'x\x1b[3\n'],
  ['a title that goes on', 'x\x1b]0;tit'],
  ['a device control string that goes on', 'x\x1bP1$q'],
  ['a sequence that begins with a C1 control and goes on', 'x\u009b3'],
])('a snapshot keeps %s', async (_what, output) => {
  const { size, data, scrollback } = await snapshotOf(output);
  for (const isWhole of [false, true]) {
    const unbroken = new PlainTerminal(SIZE, 100);
    const restored = new PlainTerminal(size, 100);
    unbroken.write(Buffer.from(output));
    if (isWhole) restored.write(scrollback);
    restored.write(data);
    expect(differences(unbroken, restored, isWhole)).toEqual([]);
    for (const terminal of [unbroken, restored]) terminal.write(Buffer.from(PROBE));
    expect(differences(unbroken, restored, isWhole)).toEqual([]);
  }
});

test('a character whose bytes go on after the snapshot is whole', async () => {
  const emulator = new Emulator(SIZE, 100);
  const [first, rest] = [Buffer.from([0x61, 0xe2, 0x80]), Buffer.from([0x94, 0x62])];
  await emulator.write(first);
  const restored = new PlainTerminal(SIZE, 100);
  restored.write(emulator.serialize().data);
  restored.write(rest);
  expect(restored.terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('a—b');
});

test('what is no character does not become one when a control between has acted', async () => {
  const output = Buffer.concat([Buffer.from('x\x1b'), Buffer.from([0xe6, 0x80, 0x1e, 0x80])]);
  const emulator = new Emulator(SIZE, 100);
  await emulator.write(output);
  const [unbroken, restored] = [new PlainTerminal(SIZE, 100), new PlainTerminal(SIZE, 100)];
  unbroken.write(output);
  restored.write(emulator.serialize().data);
  for (const terminal of [unbroken, restored]) terminal.write(Buffer.from('[31my'));
  expect(differences(unbroken, restored, true)).toEqual([]);
});

test('a snapshot acts on nothing but the screen', async () => {
  const { data, scrollback } = await snapshotOf(
    '\x07\x1b[c\x1b[6n\x1b]11;?\x07\x1b]52;c;YQ==\x07\x1b]9;hello\x07\x1b[?1004h\x1b[?2004h\x1b[18t\x1b[?2026$p\x1bP$qm\x1b\\x\r\n'.repeat(
      9,
    ),
  );
  const restored = new PlainTerminal(SIZE, 100);
  const acts: string[] = [];
  restored.terminal.onData((answer) => acts.push(answer));
  restored.terminal.onBell(() => acts.push('bell'));
  restored.write(scrollback);
  restored.write(data);
  expect(acts).toEqual([]);
  expect(data.toString()).not.toMatch(/\x07|\]52|\]9;|\x1b\[[0-9;>?]*[cnt]/);
});

test('a sequence too long to be carried along is swallowed to its end', async () => {
  const { data } = await snapshotOf(`x\x1b]52;c;${'A'.repeat(100_000)}`);
  expect(data.length).toBeLessThan(1000);
  const restored = new PlainTerminal(SIZE, 100);
  restored.write(data);
  restored.write(Buffer.from('AAAA\x07y'));
  expect(restored.terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('xy');
});

test('a snapshot ends what the terminal was in the middle of', async () => {
  const { data } = await snapshotOf('x');
  const restored = new PlainTerminal(SIZE, 100);
  restored.write(Buffer.from('\x1b[20h\x1b]0;a title that does not e'));
  restored.terminal.reset();
  restored.write(data);
  restored.write(Buffer.from('y\n'));
  const fresh = new PlainTerminal(SIZE, 100);
  fresh.write(Buffer.from('xy\n'));
  expect(differences(fresh, restored, true)).toEqual([]);
});

test('a terminal whose size has just changed takes a snapshot for no redraw', async () => {
  const output = `${'one\r\ntwo\r\nthree\r\n'.repeat(8)}four`;
  const { size, scrollback, data } = await snapshotOf(output);
  const restored = new PlainTerminal({ cols: 40, rows: 12 }, 100);
  restored.resize(size);
  restored.write(scrollback);
  restored.write(data);
  const unbroken = new PlainTerminal(SIZE, 100);
  unbroken.write(Buffer.from(output));
  for (const terminal of [unbroken, restored]) terminal.write(Buffer.from('\x1b[A'));
  expect(differences(unbroken, restored, true)).toEqual([]);
});

test('there is more when lines were dropped, and not when they were erased', async () => {
  const lines = 'line\r\n'.repeat(200);
  expect((await snapshotOf('line\r\n'.repeat(20))).more).toBe(false);
  expect((await snapshotOf(lines)).more).toBe(true);
  expect((await snapshotOf(`${lines}\x1b[3J`)).more).toBe(false);
  expect((await snapshotOf(`${lines}\x1bc`)).more).toBe(false);
  expect((await snapshotOf('line\r\n'.repeat(100_000))).more).toBe(true);
});

test('a thousand lines of colours take about as many bytes as they had', async () => {
  const output = Array.from(
    { length: 1000 },
    (_, n) => `\x1b[1;3${n % 8}mline ${n}\x1b[m and some text behind it\r\n`,
  ).join('');
  const { scrollback, data } = await snapshotOf(output, { cols: 80, rows: 24 }, 5000);
  expect(scrollback.length + data.length).toBeLessThan(output.length * 1.05);
});
