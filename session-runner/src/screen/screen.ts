import type { TerminalSize } from '@claude-webui/protocol';
import type * as EmulatorModule from './emulator';

/** Output waits this long, so that a burst is parsed as one. Milliseconds. */
const PARSE_DELAY_MS = 250;
/** More than this waiting is parsed at once; the same again while that goes on, and the program has to wait. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface Snapshot {
  /** The screen is as it was after this many bytes of output. */
  offset: number;
  size: TerminalSize;
  data: Uint8Array;
}

/**
 * What the terminal shows, for clients that cannot be sent all that led to it.
 *
 * An emulator parses slower than a program prints, and takes 10 MB. So there is none until it is needed (`open`), and it
 * follows the stream at a distance, in bulk.
 */
export class Screen {
  private emulator: EmulatorModule.Emulator | null = null;
  /** Output that the emulator has not been given, from `waitingFrom` on. */
  private waiting: Uint8Array[] = [];
  private waitingFrom = 0;
  private waitingBytes = 0;
  /** Resizes that the emulator has not been given, by the offset at which they happened. */
  private resizes: { at: number; size: TerminalSize }[] = [];
  private timer: NodeJS.Timeout | null = null;
  private parsing: Promise<void> = Promise.resolve();
  private busy = false;
  private parsedTo = 0;

  /** `onCongested(true)`: no more output, please, until `onCongested(false)`. */
  constructor(
    private readonly firstSize: TerminalSize,
    private readonly onCongested: (congested: boolean) => void,
  ) {}

  get isOpen(): boolean {
    return this.emulator !== null;
  }

  /** Whether the size has changed since the beginning, so that replaying all output would not give this screen. */
  get wasResized(): boolean {
    return this.isOpen || this.resizes.length > 0;
  }

  /** Starts to follow. `history` is all output so far, from the first byte. */
  open(history: readonly Uint8Array[]): void {
    if (this.emulator !== null) return;
    this.emulator = new (loadEmulator())(this.firstSize);
    for (const output of history) this.push(output);
  }

  /** Output that follows what was pushed before. Kept by reference. */
  push(output: Uint8Array): void {
    if (!this.isOpen) return;
    this.waiting.push(output);
    this.waitingBytes += output.length;
    if (this.waitingBytes < MAX_WAITING_BYTES) {
      this.timer ??= setTimeout(() => this.parse(), PARSE_DELAY_MS);
    } else if (this.busy) {
      this.onCongested(true);
    } else {
      this.parse();
    }
  }

  /** The terminal was resized after `at` bytes of output. */
  resize(size: TerminalSize, at: number): void {
    // Of several resizes with no output between them only the last can be seen.
    if (this.resizes.at(-1)?.at === at) this.resizes.pop();
    this.resizes.push({ at, size });
    if (this.isOpen) this.timer ??= setTimeout(() => this.parse(), PARSE_DELAY_MS);
  }

  /** The screen after all output pushed before this call, or a little later. `open` comes first. */
  async snapshot(): Promise<Snapshot> {
    const { emulator } = this;
    if (emulator === null) throw new Error('the screen is not open');
    this.parse();
    await this.parsing;
    const { size, data } = emulator.serialize();
    return { offset: this.parsedTo, size, data };
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.emulator?.close();
  }

  /** Gives the emulator all that waits, after what it already has. */
  private parse(): void {
    const { emulator, resizes, waitingFrom } = this;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (emulator === null) return;
    const output = Buffer.concat(this.waiting, this.waitingBytes);
    this.waiting = [];
    this.waitingBytes = 0;
    this.waitingFrom += output.length;
    this.resizes = [];
    this.busy = true;
    this.parsing = this.parsing.then(async () => {
      let from = waitingFrom;
      for (const { at, size } of resizes) {
        await emulator.write(output.subarray(from - waitingFrom, at - waitingFrom));
        emulator.resize(size);
        from = at;
      }
      await emulator.write(output.subarray(from - waitingFrom));
      this.parsedTo = waitingFrom + output.length;
      this.busy = this.parsedTo < this.waitingFrom;
      if (!this.busy && this.waitingBytes >= MAX_WAITING_BYTES) this.parse();
      else if (!this.busy) this.onCongested(false);
    });
  }
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
