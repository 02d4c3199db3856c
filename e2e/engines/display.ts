/** An X display without a screen, with a window manager: windows get the focus, and there is a clipboard. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';

const SIZE = '1400x1000x24';
/** For a program that asks the display something. Milliseconds. */
const COMMAND_TIMEOUT_MS = 10_000;
const run = promisify(execFile);

/** `clipboard` is what Ctrl+V pastes, `primary` what was selected last. */
export type Selection = 'clipboard' | 'primary';

export interface Display {
  /** What a program needs to open its windows here. */
  env: Record<string, string>;
  /** What somebody pastes who asks for text; empty if nothing was copied. */
  read(selection: Selection): Promise<string>;
  /** @param type of the content, as in `image/png` */
  copy(selection: Selection, content: string | Buffer, type?: string): Promise<void>;
  /** Runs a program on the display and resolves with what it wrote. */
  run(program: string, ...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** @throws if Xvfb or openbox is not installed */
export async function openDisplay(): Promise<Display> {
  // By default it begins anew when its last client goes, and a window manager that is just starting does not live through that.
  const server = spawn('Xvfb', ['-displayfd', '3', '-noreset', '-screen', '0', SIZE, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  await once(server, 'spawn');
  const env = { ...process.env, DISPLAY: `:${await firstLine(server)}` };
  const windowManager = spawn('openbox', ['--sm-disable'], { env, stdio: 'ignore' });
  await once(windowManager, 'spawn');
  const command = async (program: string, ...args: string[]) =>
    (await run(program, args, { env, timeout: COMMAND_TIMEOUT_MS })).stdout;
  return {
    env: { DISPLAY: env.DISPLAY },
    read: (selection) => command('xclip', '-selection', selection, '-o').catch(() => ''),
    copy: async (selection, content, type = 'UTF8_STRING') => {
      // It stays behind as the owner of the selection, and must not keep a pipe of ours open.
      const owner = spawn('xclip', ['-selection', selection, '-t', type, '-i'], {
        env,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      owner.stdin.end(content);
      await once(owner, 'exit');
    },
    run: command,
    close: async () => {
      await ended(windowManager);
      await ended(server);
    },
  };
}

async function firstLine(server: ChildProcess): Promise<string> {
  const output = server.stdio[3];
  if (!(output instanceof Readable)) throw new Error('Xvfb writes its display to a pipe');
  for await (const line of createInterface(output)) return line.trim();
  throw new Error('Xvfb ended at its start');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
