/** Starting and ending servers. */
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RunningPeer, Target } from './peer';

const START_TIMEOUT_MS = 20_000;
const run = promisify(execFile);

/** Starts a server and waits until its port takes connections. @throws Error with the end of what it said */
export async function startServer(
  command: string,
  args: readonly string[],
  target: Target,
  env: Record<string, string> = {},
): Promise<RunningPeer> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const listen = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000));
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    // Not `exit`: that may come before the last of what it printed.
    child.once('close', () => reject(new Error(`${command} ended: ${said}`)));
  });
  failed.catch(() => undefined);
  await Promise.race([answers(target.port), failed]);
  return { target, pid: child.pid ?? 0, stop: () => end(child) };
}

/** Ends a process and waits until it has gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(timer);
}

async function answers(port: number): Promise<void> {
  for (const until = performance.now() + START_TIMEOUT_MS; performance.now() < until; await delay(50)) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
  }
  throw new Error(`nothing answers on port ${port}`);
}

/** Runs a command to its end. @throws Error with what it said */
export async function runToEnd(command: string, args: readonly string[], timeoutMs = 300_000): Promise<void> {
  await run(command, args, { timeout: timeoutMs });
}

/** Path of a program, or null. */
export async function pathOf(program: string): Promise<string | null> {
  return run('/bin/sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`]).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

/** Installs Debian packages if the program is missing and we may. @throws Error that says what to install */
export async function requireProgram(program: string, debianPackage: string): Promise<string> {
  const path = await pathOf(program);
  if (path !== null) return path;
  if (process.getuid?.() === 0) {
    await runToEnd('apt-get', ['install', '-y', '-qq', debianPackage]).catch(() => undefined);
    const installed = await pathOf(program);
    if (installed !== null) return installed;
  }
  throw new Error(`${program} is missing; apt-get install ${debianPackage}`);
}
