import type { TerminalSize } from '@claude-webui/protocol';
import type { OutputBuffer, Position, StreamPiece } from '../output-buffer/output-buffer';
import type * as EmulatorModule from './emulator';

/** Output waits this long, so that a burst is parsed as one. Milliseconds. */
const PARSE_DELAY_MS = 250;
/** More than this waiting is parsed at once; the same again while that goes on, and the program has to wait. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Lines that may yet be pushed out of the scrollback are put off up to this size. */
const MAX_PUT_OFF_BYTES = 2 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export interface Snapshot {
  /** The screen is as it was after this many bytes of output, and after all sizes up to this number. */
  offset: number;
  sizes: number;
  size: TerminalSize;
  /** Brings a fresh terminal of that size, or one that has been written `scrollback`, to the state of this one. */
  data: Uint8Array;
  /** The lines above the screen; may be empty. */
  scrollback: Uint8Array;
  /** Whether there were lines above those, which are not kept. */
  more: boolean;
}

/**
 * What the terminal shows, for clients that cannot be sent all that led to it.
 *
 * An emulator parses slower than a program prints, and takes 10 MB, and 2 MB for each thousand lines. So there is none until
 * it is needed (`open`), and it follows the stream at a distance, in bulk.
 */
export class Screen {
  private emulator: EmulatorModule.Emulator | null = null;
  /** The stream that it follows; null until it does. */
  private history: OutputBuffer | null = null;
  private hasFailed = false;
  /** Whether what is kept of the stream may be given to a new emulator; not again once that has failed. */
  private canReplay = true;
  /** The part of the stream that the emulator has not been given. */
  private waiting: StreamPiece[] = [];
  private waitingBytes = 0;
  /** Where the stream is after what waits, and where the emulator is. */
  private pushed: Position = { offset: 0, sizes: 0 };
  private parsed: Position = { offset: 0, sizes: 0 };
  /** The last lines of a flood, which the emulator is given when somebody looks, or something else follows. */
  private putOff: Buffer = NOTHING;
  private timer: NodeJS.Timeout | null = null;
  private parsing: Promise<void> = Promise.resolve();
  private busy = false;

  /**
   * @param onCongested `true`: no more output, please, until `false`
   * @param onFailure is called at the first exception in the emulator, which is replaced at each
   */
  constructor(
    private scrollbackLines: number,
    private readonly onCongested: (congested: boolean) => void,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get isOpen(): boolean {
    return this.emulator !== null;
  }

  /** How many lines above the screen are kept; for a screen that is not open yet. */
  keepLines(scrollbackLines: number): void {
    this.scrollbackLines = scrollbackLines;
  }

  /** How many lines above the screen are kept. */
  get keptLines(): number {
    return this.scrollbackLines;
  }

  /** Starts to follow. `history` is the whole stream so far, from the first byte. */
  open(history: OutputBuffer): void {
    if (this.emulator !== null) return;
    this.history = history;
    this.emulator = this.newEmulator(history.sizeAtStart);
    for (const piece of history.pieces()) this.push(piece);
  }

  /** What follows in the stream. Output is kept by reference. */
  push(piece: StreamPiece): void {
    if (!this.isOpen) return;
    this.waiting.push(piece);
    this.pushed = advanced(this.pushed, piece);
    if (piece.type === 'output') this.waitingBytes += piece.data.length;
    if (this.waitingBytes < MAX_WAITING_BYTES) {
      this.timer ??= setTimeout(() => this.parse(), PARSE_DELAY_MS);
    } else if (this.busy) {
      this.onCongested(true);
    } else {
      this.parse();
    }
  }

  /** The screen after all that was pushed before this call, or a little later. `open` comes first. */
  async snapshot(): Promise<Snapshot> {
    this.parse();
    // In its turn: more may be parsed after this.
    const shown = this.parsing.then(() =>
      this.draw().catch((error: unknown) => this.startAnew(error).then(() => this.draw())),
    );
    this.parsing = shown.then(
      () => undefined,
      () => undefined,
    );
    return shown;
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.emulator?.close();
  }

  /** Gives the emulator all that waits, after what it already has. */
  private parse(): void {
    const { waiting, pushed } = this;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (!this.isOpen) return;
    this.waiting = [];
    this.waitingBytes = 0;
    this.busy = true;
    this.parsing = this.parsing.then(async () => {
      // One that has started anew was given this already.
      if (!isAtOrAfter(this.parsed, pushed)) {
        await this.give(waiting).catch((error: unknown) => this.startAnew(error));
        if (!isAtOrAfter(this.parsed, pushed)) this.parsed = pushed;
      }
      this.busy = this.parsed.offset < this.pushed.offset;
      if (!this.busy && this.waitingBytes >= MAX_WAITING_BYTES) this.parse();
      else if (!this.busy) this.onCongested(false);
    });
  }

  /** Gives the emulator what follows in the stream. */
  private async give(pieces: readonly StreamPiece[]): Promise<void> {
    const emulator = this.opened;
    for (const run of runsOf([{ type: 'output', data: this.takePutOff() }, ...pieces])) {
      await emulator.write(this.takePutOff());
      if (run.type === 'size') emulator.resize(run.size);
      // A copy: what it is a part of shall not be kept.
      else this.putOff = Buffer.from(await emulator.absorb(run.data));
    }
    if (this.putOff.length > MAX_PUT_OFF_BYTES) await emulator.write(this.takePutOff());
  }

  private async draw(): Promise<Snapshot> {
    const emulator = this.opened;
    await emulator.write(this.takePutOff());
    return { ...this.parsed, ...emulator.serialize() };
  }

  /**
   * An exception in the emulator costs what it shows, not the session: another one is given what is kept of the stream. If that is what
   * no emulator can take, a third begins with an empty screen, and so do all that follow.
   */
  private async startAnew(error: unknown): Promise<void> {
    const { history } = this;
    if (history === null) throw error;
    if (!this.hasFailed) this.onFailure(error);
    this.hasFailed = true;
    const [pieces, at, { size }] = [history.pieces(), this.pushed, history.positionAt(history.end)];
    // All of what waits is in the buffer.
    this.waiting = [];
    this.waitingBytes = 0;
    if (this.canReplay) {
      this.replace(history.sizeAtStart);
      await this.give(pieces).catch(() => (this.canReplay = false));
    }
    if (!this.canReplay) this.replace(size);
    this.parsed = at;
  }

  private replace(size: TerminalSize): void {
    this.putOff = NOTHING;
    this.emulator?.close();
    this.emulator = this.newEmulator(size);
  }

  private get opened(): EmulatorModule.Emulator {
    if (this.emulator === null) throw new Error('the screen is not open');
    return this.emulator;
  }

  private newEmulator(size: TerminalSize): EmulatorModule.Emulator {
    return new (loadEmulator())(size, this.scrollbackLines);
  }

  private takePutOff(): Buffer {
    const { putOff } = this;
    this.putOff = NOTHING;
    return putOff;
  }
}

function advanced({ offset, sizes }: Position, piece: StreamPiece): Position {
  return piece.type === 'size' ? { offset, sizes: sizes + 1 } : { offset: offset + piece.data.length, sizes };
}

function isAtOrAfter(one: Position, other: Position): boolean {
  return one.offset >= other.offset && one.sizes >= other.sizes;
}

/** The same stream with output between two sizes in one piece: the emulator leaves out what is scrolled away in it. */
function* runsOf(
  pieces: readonly StreamPiece[],
): Generator<{ type: 'output'; data: Buffer } | { type: 'size'; size: TerminalSize }> {
  let output: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece.type === 'output') {
      output.push(piece.data);
      continue;
    }
    if (output.length > 0) yield { type: 'output', data: Buffer.concat(output) };
    output = [];
    yield piece;
  }
  if (output.length > 0) yield { type: 'output', data: Buffer.concat(output) };
}

/** Loads the emulator, which most sessions never need. */
function loadEmulator(): typeof EmulatorModule.Emulator {
  // @xterm/addon-unicode-graphemes 0.4 unpacks its table, as it is loaded, from the start of the ArrayBuffer under a
  // Buffer. In Node's shared pool other data stands there, and the unpacking does not end.
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at once
    return (require('./emulator') as typeof EmulatorModule).Emulator;
  } finally {
    Buffer.poolSize = poolSize;
  }
}
