import { OUTPUT_HEADER_BYTES } from '@claude-webui/protocol';
import { OutputBuffer } from '../output-buffer/output-buffer';
import { Emulator } from './emulator';
import { Screen } from './screen';

const SIZE = { cols: 60, rows: 20 };
const LINES = 500;
const MEGABYTE = 1024 * 1024;

const numbered = (from: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, n) => `line ${from + n} ${'x'.repeat((from + n) % 50)}\r\n`).join(''));

/** A stream as a session makes it, and the screen that follows it. */
function follow() {
  const output = new OutputBuffer(64 * MEGABYTE, SIZE);
  const screen = new Screen(LINES, () => undefined);
  screen.open(output);
  const put = (data: Buffer) =>
    screen.push({ type: 'output', data: output.append(Buffer.concat([Buffer.alloc(OUTPUT_HEADER_BYTES), data])) });
  return { output, screen, put };
}

/** What an emulator that was given everything would show. */
async function parsedWhole(pieces: readonly (Buffer | typeof SIZE)[]) {
  const emulator = new Emulator(SIZE, LINES);
  for (const piece of pieces) {
    if (!Buffer.isBuffer(piece)) emulator.resize(piece);
    else for (let at = 0; at < piece.length; at += 30_000) await emulator.write(piece.subarray(at, at + 30_000));
  }
  const { data, scrollback, size } = emulator.serialize();
  emulator.close();
  return { data: data.toString(), scrollback: scrollback.toString(), size };
}

async function shownBy(screen: Screen) {
  const { data, scrollback, size } = await screen.snapshot();
  return { data: Buffer.from(data).toString(), scrollback: Buffer.from(scrollback).toString(), size };
}

test('a flood in many bursts, looked at while it goes on and after it, shows what all of it shows', async () => {
  const { screen, put } = follow();
  const pieces: Buffer[] = [];
  for (let burst = 0; burst < 6; burst += 1) {
    const piece = numbered(burst * 150_000, 150_000);
    pieces.push(piece);
    put(piece);
    if (burst % 2 === 1) expect(await shownBy(screen)).toEqual(await parsedWhole(pieces.slice(-2)));
  }
  put(Buffer.from('\x1b[31mred\x1b[5;5H'));
  pieces.push(Buffer.from('\x1b[31mred\x1b[5;5H'));
  expect(await shownBy(screen)).toEqual(await parsedWhole(pieces.slice(-2)));
  screen.close();
}, 60_000);

test('a size and margins after a flood find the lines that were put off', async () => {
  const { screen, put } = follow();
  const flood = numbered(0, 200_000);
  const small = { cols: 40, rows: 10 };
  const after = Buffer.concat([Buffer.from('\x1b[3;7r\x1b[7;1H'), numbered(1, 100)]);
  put(flood);
  screen.push({ type: 'size', size: small });
  put(after);
  expect(await shownBy(screen)).toEqual(await parsedWhole([flood, small, after]));
  screen.close();
}, 60_000);
