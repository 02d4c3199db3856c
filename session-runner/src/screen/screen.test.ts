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
function follow(failed: (error: unknown) => void = () => undefined) {
  const output = new OutputBuffer(64 * MEGABYTE, SIZE);
  const screen = new Screen(LINES, () => undefined, failed);
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
});

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
});

describe('an emulator that throws', () => {
  const BAD = 'this it cannot take';
  afterEach(() => jest.restoreAllMocks());

  /** Throws at output that contains BAD, so many times. */
  function failing(times: number): jest.SpyInstance {
    const real = Object.getOwnPropertyDescriptor(Emulator.prototype, 'absorb')?.value as Emulator['absorb'];
    let left = times;
    return jest.spyOn(Emulator.prototype, 'absorb').mockImplementation(async function (this: Emulator, output: Buffer) {
      if (left > 0 && output.includes(BAD)) {
        left -= 1;
        throw new Error('the emulator failed');
      }
      return real.call(this, output);
    });
  }

  test('once, is replaced by one that reads all that is kept, and is reported once', async () => {
    failing(2);
    const errors: unknown[] = [];
    const { screen, output, put } = follow((error) => errors.push(error));
    put(numbered(0, 5));
    output.appendSize({ cols: 40, rows: 10 });
    screen.push({ type: 'size', size: { cols: 40, rows: 10 } });
    put(Buffer.from(`${BAD}\r\n`));
    const [first, second] = await Promise.all([shownBy(screen), shownBy(screen)]);
    expect(first).toEqual(second);
    put(Buffer.from('more\r\n'));
    const { data, size } = await shownBy(screen);
    expect(size).toEqual({ cols: 40, rows: 10 });
    expect(data).toContain('more');
    expect(errors).toEqual([new Error('the emulator failed')]);
    screen.close();
  });

  test('once, leaves nothing out and nothing twice', async () => {
    failing(1);
    const { screen, put } = follow();
    const pieces = [numbered(0, 5), Buffer.from(`${BAD}\r\n`), numbered(5, 5)];
    for (const piece of pieces) put(piece);
    const early = screen.snapshot();
    put(numbered(10, 5));
    await early;
    const { offset } = await screen.snapshot();
    expect(offset).toBe([...pieces, numbered(10, 5)].reduce((sum, { length }) => sum + length, 0));
    expect(await shownBy(screen)).toEqual(await parsedWhole([...pieces, numbered(10, 5)]));
    screen.close();
  });

  test('at the same bytes again and again, shows what comes after them', async () => {
    const absorbed = failing(Infinity);
    const { screen, put } = follow();
    for (let round = 0; round < 3; round += 1) {
      put(Buffer.from(`${BAD}\r\n`));
      await screen.snapshot();
    }
    // Three pieces, and what was kept once: it is not tried again at each failure.
    expect(absorbed.mock.calls.filter(([output]) => (output as Buffer).includes(BAD))).toHaveLength(4);
    put(Buffer.from('after'));
    expect((await shownBy(screen)).data).toContain('after');
    screen.close();
  });

  test('while it draws', async () => {
    const { screen, put } = follow();
    put(numbered(0, 5));
    jest.spyOn(Emulator.prototype, 'serialize').mockImplementationOnce(() => {
      throw new Error('the emulator failed');
    });
    expect((await shownBy(screen)).data).toContain('line 4');
    screen.close();
  });
});
