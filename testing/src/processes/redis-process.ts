/** A real Redis for tests, on a free port of loopback, that can be killed and started again. */
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { onFreePorts } from '../on-free-ports';
import { killProcess } from './kill-process';
import { startServer } from './start-server';

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

  /** @param argsFor its arguments for a port, and for another where it is one of a cluster: their bus's */
  static start(argsFor: (port: number, busPort: number) => readonly string[] = plain): Promise<RedisProcess> {
    return onFreePorts(2, async (port, busPort) => {
      const redis = new RedisProcess(port, argsFor(port, busPort));
      await redis.start();
      return redis;
    });
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, empty. */
  async start(): Promise<void> {
    this.child = await startServer({ file: 'redis-server', args: this.args, ready: READY });
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    await killProcess(child);
  }
}

/** Keeps nothing on disk. */
export const plain = (port: number): readonly string[] => ['--port', String(port), ...LOCAL];

export const LOCAL = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'] as const;
