import { Emulator } from './emulator';
import { planParse } from './plain-flood';

/** xorshift32, so that a failure can be run again. */
function randomNumbers(seed: number) {
  return (below: number) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
}

const SIZE = { cols: 60, rows: 20 };
const plainLines = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `plain line ${from + n} ${'x'.repeat((from + n) % 90)}\r\n`).join('');

/** Things that programs write between their floods. */
const SEQUENCES = [
  '\x1b[31m',
  '\x1b[0m',
  '\x1b[2J\x1b[H',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[?25l',
  '\x1b[5;10r\x1b[5;1H',
  '\x1b[r',
  '\x1b]0;a title\x07',
  '\x1b]0;another\x1b\\',
  '\x1b]8;;http://example.com\x07link\x1b]8;;\x07',
  '\x1b(0',
  '\x0e',
  '\x0f',
  '\x1b[4h',
  '\x1b[4l',
  'é漢🙂\r\n',
  '\x1b[10;5Hsomewhere',
  'no end of line',
  '\x1b]0;an unfinished title',
  '\x1b[3',
];

async function screenAfter(pieces: readonly Buffer[]): Promise<string> {
  const emulator = new Emulator(SIZE, 1000);
  for (const piece of pieces) await emulator.write(piece);
  const { data } = emulator.serialize();
  emulator.close();
  return data.toString();
}

function inPieces(output: Buffer, bytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < output.length; at += bytes) pieces.push(output.subarray(at, at + bytes));
  return pieces;
}

test('leaving out what no longer shows gives the screen that parsing everything gives', async () => {
  const random = randomNumbers(0x51ab3f);
  let skipped = 0;
  for (let round = 0; round < 25; round += 1) {
    const parts: string[] = [];
    for (let part = 0; part < 4; part += 1) {
      for (let n = random(3); n > 0; n -= 1) parts.push(SEQUENCES[random(SEQUENCES.length)]!);
      parts.push(plainLines(random(1000), random(4) === 0 ? random(50) : 3000 + random(2000)));
    }
    const bulk = parts.map((text) => Buffer.from(text));
    const all = Buffer.concat(bulk);
    let ground = true;
    for (const piece of bulk) {
      const plan = planParse(piece, ground, SIZE.rows + 1001);
      ground = plan.ground;
      skipped += plan.tail - plan.head;
    }
    // Pieces below the worth of a skip are parsed whole.
    expect(await screenAfter(bulk)).toBe(await screenAfter(inPieces(all, 30_000)));
    expect(await screenAfter([all])).toBe(await screenAfter(inPieces(all, 30_000)));
  }
  // The comparison says something only if there was something to leave out.
  expect(skipped).toBeGreaterThan(1_000_000);
}, 60_000);

test('a snapshot brings a fresh terminal to the same screen and modes', async () => {
  const output = Buffer.from(
    `${plainLines(1, 50)}\x1b[?1049h\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?25l\x1b[?1h\x1b[?1004h\x1b]0;the title\x07\x1b[4 q\x1b[3;4H\x1b[1;32mgreen`,
  );
  const first = new Emulator(SIZE, 1000);
  await first.write(output);
  const snapshot = first.serialize();
  const second = new Emulator(snapshot.size, 1000);
  await second.write(snapshot.data);
  expect(second.serialize().data.toString()).toBe(snapshot.data.toString());
  for (const restored of [
    '\x1b[?2004h',
    '\x1b[?1002h',
    '\x1b[?1006h',
    '\x1b[?25l',
    '\x1b[?1h',
    'the title',
    '\x1b[4 q',
  ]) {
    expect(snapshot.data.toString()).toContain(restored);
  }
  first.close();
  second.close();
});
