/** A real Redis for tests, on a free port of loopback, that can be killed and started again. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Why there is none on this machine, or null. */
export const noRedis =
  spawnSync('redis-server', ['--version']).error === undefined
    ? null
    : 'redis-server is not installed: apt-get install redis-server';

/** What each kind of server says when it serves. */
const READY = /Ready to accept connections|Sentinel ID is/;

export class RedisProcess {
  private child: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  /** @param argsFor what it is started with beside its port; before them, a sentinel's file */
  static async start(argsFor: (port: number) => readonly string[] = plain): Promise<RedisProcess> {
    const port = await freePort();
    const redis = new RedisProcess(port, argsFor(port));
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, empty. */
  async start(): Promise<void> {
    const child = spawn('redis-server', this.args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-2000);
        if (READY.test(said)) resolve();
      });
    });
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

/** Keeps nothing on disk. */
export const plain = (port: number): readonly string[] => ['--port', String(port), ...LOCAL];

export const LOCAL = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'] as const;

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
