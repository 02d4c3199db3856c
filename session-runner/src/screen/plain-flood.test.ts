import { Dice } from '../testing/terminal-streams';
import { PlainTerminal, differences } from '../testing/terminal-state';
import { Emulator } from './emulator';
import { findFlood } from './plain-flood';

const SIZE = { cols: 60, rows: 20 };
const SCROLLBACK = 1000;

/** Some lines end without a carriage return, as in a terminal in raw mode. */
function plainLines(from: number, count: number, dice: Dice): string {
  const end = dice.chance(4) ? '\n' : '\r\n';
  const line = (n: number) => `plain line ${from + n} ${'x'.repeat((from + n) % 90)}${n % 50 === 0 ? '\r\n' : end}`;
  return Array.from({ length: count }, (_, n) => line(n)).join('');
}

/** Things that programs write between their floods. */
const BETWEEN = [
  '\x1b[31m',
  '\x1b[44m',
  '\x1b[0m',
  '\x1b[2J\x1b[H',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[5;10r\x1b[5;1H',
  '\x1b[1;10r',
  '\x1b[r',
  '\x1b[?6h',
  '\x1b[?7l',
  '\x1b7',
  '\x1b8',
  '\x1b[3J',
  '\x1b]0;a title\x07',
  '\x1b]8;;http://example.com\x07link\x1b]8;;\x07',
  '\x1b]8;;http://example.com\x07',
  '\x1b(0',
  '\x0e',
  '\x0f',
  '\x1b[4h',
  '\x1b[4l',
  '\x1b[20h',
  'é漢🙂\r\n',
  '\x1b[10;5Hsomewhere',
  '\x1b[H',
  'no end of line',
  '\x1b]999;a string without an end',
  '\x1b[3',
  '\x1b[3\r\n',
  '\xc2',
];

test('leaving out what no longer shows gives the screen that parsing everything gives', async () => {
  let leftOut = 0;
  for (let seed = 1; seed <= 12; seed += 1) {
    const dice = new Dice(seed);
    const emulator = new Emulator(SIZE, SCROLLBACK);
    const whole = new PlainTerminal(SIZE, SCROLLBACK);
    for (let part = 0; part < 4; part += 1) {
      const between = Array.from({ length: dice.below(3) }, () => dice.one(BETWEEN)).join('');
      const lines = plainLines(dice.below(1000), dice.chance(4) ? dice.below(50) : 3000 + dice.below(2000), dice);
      const output = Buffer.concat([Buffer.from(between, 'latin1'), Buffer.from(lines)]);
      const flood = findFlood(output, 2 * SIZE.rows + SCROLLBACK);
      if (flood !== null) leftOut += flood.to - flood.from;
      await emulator.write(output);
      whole.write(output);
    }
    const { scrollback, data } = emulator.serialize();
    const restored = new PlainTerminal(SIZE, SCROLLBACK);
    restored.write(scrollback);
    restored.write(data);
    expect({ seed, found: differences(whole, restored, true) }).toEqual({ seed, found: [] });
    emulator.close();
  }
  // The comparison says something only if there was something to leave out.
  expect(leftOut).toBeGreaterThan(500_000);
});
