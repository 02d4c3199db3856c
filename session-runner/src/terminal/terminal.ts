import { readSync } from 'node:fs';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import type { TerminalSize } from '@claude-webui/protocol';
import type { Command } from '../program/command';
import { InputWriter } from './input-writer';
import { openPseudoTerminal, resizePseudoTerminal } from './pseudo-terminal';

export interface TerminalListener {
  /** At most READ_BYTES, and only valid during the call: the next read comes to the same place. */
  output(piece: Buffer): void;
  /** Some of the input that had to wait has been taken. */
  inputDrained(): void;
  /** The program has left and all its output was given. Called once. */
  exited(status: { exitCode: number; signal: number | null }): void;
}

/** Linux hands out at most 4 KiB of a terminal's output at a time, macOS a little more. */
export const READ_BYTES = 8 * 1024;

/** Of what a program has left unread; the kernel keeps some 64 KiB, in pieces. */
const MAX_LAST_READS = 256;
/** Of what a running program has put out before a resize: what the kernel keeps, not what it goes on to write. */
const MAX_READS_BEFORE_RESIZE = 16;

/** Programs that a program has left behind keep its terminal open. What they say is heard this long. Milliseconds. */
const AFTERWORD_MS = 200;

/** A program in a pseudo-terminal. Bytes in, bytes out: nothing here knows characters. */
export class Terminal {
  readonly pid: number;
  private readonly fd: number;
  private readonly stream: ReadStream;
  private readonly input: InputWriter;
  private isOpen = true;
  private exit: { exitCode: number; signal: number | null } | null = null;
  private afterword: NodeJS.Timeout | null = null;

  constructor(
    command: Command,
    size: TerminalSize,
    private readonly listener: TerminalListener,
  ) {
    const { fd, pid } = openPseudoTerminal(command, size, (exitCode, signal) => this.programLeft(exitCode, signal));
    this.fd = fd;
    this.pid = pid;
    this.input = new InputWriter(fd, () => listener.inputDrained());
    this.stream = new ReadStream(
      fd,
      readingInto(Buffer.allocUnsafeSlow(READ_BYTES), (piece) => listener.output(piece)),
    );
    // The descriptor is still open then, and closed right after.
    this.stream.prependListener('end', () => this.readToEnd());
    // EIO: every program on the terminal has left, and everything was read.
    this.stream.on('error', () => this.close());
    this.stream.resume();
  }

  /** Bytes of input that the program has not taken yet. */
  get queuedInputBytes(): number {
    return this.input.queuedBytes;
  }

  write(data: Uint8Array): void {
    this.input.write(data);
  }

  /** Reads what the program has put out until now, as far as the kernel holds it. */
  readAvailable(): void {
    if (!this.isOpen || this.exit !== null || this.stream.isPaused()) return;
    for (const piece of unread(this.fd, MAX_READS_BEFORE_RESIZE)) this.listener.output(piece);
  }

  resize(size: TerminalSize): void {
    if (this.isOpen) resizePseudoTerminal(this.fd, size);
  }

  /** Stops reading; the kernel then blocks the program once its buffer is full. One that has ended is read to its end. */
  pause(): void {
    if (this.exit === null) this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  private programLeft(exitCode: number, signal: number): void {
    this.exit = { exitCode, signal: signal === 0 ? null : signal };
    this.stream.resume();
    if (this.isOpen) this.afterword = setTimeout(() => this.readToEnd(), AFTERWORD_MS);
    else this.listener.exited(this.exit);
  }

  private readToEnd(): void {
    if (!this.isOpen) return;
    for (const piece of unread(this.fd, MAX_LAST_READS)) this.listener.output(piece);
    this.close();
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.afterword !== null) clearTimeout(this.afterword);
    // Before the descriptor closes, for its number may be used again.
    this.input.close();
    this.stream.destroy();
    if (this.exit !== null) this.listener.exited(this.exit);
  }
}

/**
 * One place for all reads: a stream that hands out a new buffer each time costs more than the reading. `onread` is an
 * option of every net.Socket, and of the terminal's stream, which hands its options on; its typings have it for
 * connections only.
 */
function readingInto(buffer: Buffer, take: (piece: Buffer) => void): SocketConstructorOpts & { onread: OnReadOpts } {
  const callback = (bytes: number) => {
    take(buffer.subarray(0, bytes));
    return true;
  };
  return { onread: { buffer, callback } };
}

/**
 * What a stream has left unread, at its end above all. libuv takes a hang-up after a read that did not fill its buffer for the end
 * (uv__stream_io in unix/stream.c), and a terminal never fills it: it gives 4 KiB at a time, and there may be more.
 */
function* unread(fd: number, maxReads: number): Generator<Buffer> {
  const piece = Buffer.allocUnsafe(READ_BYTES);
  // A program that was left behind may go on for ever.
  for (let reads = 0; reads < maxReads; reads += 1) {
    let bytes = 0;
    try {
      bytes = readSync(fd, piece);
    } catch {
      // EIO: the other side is closed and everything was read. EAGAIN: it is open, and everything was read.
    }
    if (bytes === 0) return;
    yield piece.subarray(0, bytes);
  }
}
