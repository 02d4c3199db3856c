/**
 * node-pty's native part: makes a pseudo-terminal and starts a program on it. What node-pty builds around that allocates
 * 64 KiB for each read of 4 KiB, spins while a program does not take its input, and drops what is unread 200 ms after
 * the end; terminal.ts reads and writes by itself (docs/PERFORMANCE.md has what each gave).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TerminalSize } from '@claude-webui/protocol';
import * as nodePty from 'node-pty';
import type { Command } from '../program/command';

interface Native {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (exitCode: number, signal: number) => void,
  ): { fd: number; pid: number };
  resize(fd: number, cols: number, rows: number): void;
}

/** Not in its typings, for it may change with any version; ours is pinned, and nothing works without it. */
const { native } = nodePty as unknown as { native: Native };

/** As the current user. */
const SAME = -1;

export interface PseudoTerminal {
  /** Descriptor of the terminal's master, not blocking. Closing it is the caller's. */
  fd: number;
  pid: number;
}

/** Starts the program; `onExit` is called once when it has ended. `signal` is 0 if none ended it. */
export function openPseudoTerminal(
  command: Command,
  size: TerminalSize,
  onExit: (exitCode: number, signal: number) => void,
): PseudoTerminal {
  const environment = Object.entries(command.env).map(([name, value]) => `${name}=${value}`);
  const { file, args, cwd } = command;
  return native.fork(file, args, environment, cwd, size.cols, size.rows, SAME, SAME, true, spawnHelper(), onExit);
}

export function resizePseudoTerminal(fd: number, { cols, rows }: TerminalSize): void {
  native.resize(fd, cols, rows);
}

/** macOS starts programs through a small one of node-pty's; elsewhere the path is not looked at. */
function spawnHelper(): string {
  if (process.platform !== 'darwin') return '';
  const root = join(dirname(require.resolve('node-pty')), '..');
  const paths = ['build/Release', `prebuilds/darwin-${process.arch}`].map((path) => join(root, path, 'spawn-helper'));
  return paths.find((path) => existsSync(path)) ?? '';
}
