import { readSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { TerminalSize } from '@claude-webui/protocol';
import type { IPty } from 'node-pty';
import { spawn } from 'node-pty';
import type { Command } from '../program/command';
import { InputWriter } from './input-writer';

export interface TerminalListener {
  output(piece: Buffer): void;
  /** Some of the input that had to wait has been taken. */
  inputDrained(): void;
  /** The program has left and all its output was given. Called once. */
  exited(status: { exitCode: number; signal: number | null }): void;
}

/**
 * While output is paused, how often to look whether the program still lives. node-pty throws away what is unread
 * 200 ms after the exit (DESTROY_SOCKET_TIMEOUT_MS in its unixTerminal), so a paused terminal must notice sooner and
 * read on. Milliseconds.
 */
const PAUSED_CHECK_MS = 50;
/** The kernel keeps no more than this of a terminal's output. */
const UNREAD_BYTES = 64 * 1024;

/** A program in a pseudo-terminal. Bytes in, bytes out: nothing here knows characters. */
export class Terminal {
  private readonly pty: IPty;
  private readonly input: InputWriter;
  private pausedCheck: NodeJS.Timeout | null = null;
  private exited = false;
  /** The program has ended; what it has written is read to its end, which is little, without another pause. */
  private dying = false;

  constructor(command: Command, size: TerminalSize, listener: TerminalListener) {
    const pty = spawn(command.file, command.args, {
      name: command.env['TERM'] ?? 'xterm-256color',
      cols: size.cols,
      rows: size.rows,
      cwd: command.cwd,
      env: command.env,
      encoding: null,
    });
    this.pty = pty;
    this.input = new InputWriter(masterOf(pty), () => listener.inputDrained());
    onBytes(pty, (piece) => listener.output(piece));
    // The descriptor is still open then, and closed right after.
    streamOf(pty).prependListener('end', () => {
      for (const piece of unread(masterOf(pty))) listener.output(piece);
    });
    pty.onExit(({ exitCode, signal }) => {
      this.exited = true;
      this.input.close();
      this.resume();
      listener.exited({ exitCode, signal: signal === undefined || signal === 0 ? null : signal });
    });
  }

  get pid(): number {
    return this.pty.pid;
  }

  /** Bytes of input that the program has not taken yet. */
  get queuedInputBytes(): number {
    return this.input.queuedBytes;
  }

  write(data: Uint8Array): void {
    this.input.write(data);
  }

  resize(size: TerminalSize): void {
    if (!this.exited) this.pty.resize(size.cols, size.rows);
  }

  /** Stops reading; the kernel then blocks the program once its buffer is full. */
  pause(): void {
    if (this.dying || this.exited || this.pausedCheck !== null) return;
    this.pty.pause();
    this.pausedCheck = setInterval(() => {
      this.dying = !isAlive(this.pty.pid);
      if (this.dying) this.resume();
    }, PAUSED_CHECK_MS);
  }

  resume(): void {
    if (this.pausedCheck === null) return;
    clearInterval(this.pausedCheck);
    this.pausedCheck = null;
    this.pty.resume();
  }
}

/** The master's descriptor: node-pty has it as `fd` on Unix, but not in its typings. */
function masterOf(pty: IPty): number {
  const { fd } = pty as IPty & { fd?: unknown };
  if (typeof fd !== 'number') throw new Error('this version of node-pty does not tell its descriptor');
  return fd;
}

/** With `encoding: null` node-pty gives Buffers, whatever its typings say. */
function onBytes(pty: IPty, listener: (piece: Buffer) => void): void {
  pty.onData((piece: unknown) => {
    if (Buffer.isBuffer(piece)) listener(piece);
  });
}

/** The stream on the master, which node-pty keeps to itself. */
function streamOf(pty: IPty): Readable {
  const { _socket: stream } = pty as IPty & { _socket?: unknown };
  if (!(stream instanceof Readable)) throw new Error('this version of node-pty reads by other means');
  return stream;
}

/**
 * What the stream has left unread at its end. libuv takes a hang-up after a read that did not fill its buffer for the end
 * (uv__stream_io in unix/stream.c), and a terminal never fills it: it gives 4 KiB at a time, and there may be more.
 */
function* unread(fd: number): Generator<Buffer> {
  for (;;) {
    const piece = Buffer.allocUnsafe(UNREAD_BYTES);
    let bytes = 0;
    try {
      bytes = readSync(fd, piece);
    } catch {
      // EIO: the other side is closed and everything was read.
    }
    if (bytes === 0) return;
    yield piece.subarray(0, bytes);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
