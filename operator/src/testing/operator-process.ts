/** The operator as a process of its own, which can be paused and killed. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { operatorEnvironment } from './world';

const MAIN = join(__dirname, '..', '..', 'dist', 'main.js');

/** Where it finds its cluster. */
interface Cluster {
  /** Name of the file. */
  kubeconfig(user: string): string;
}

export class OperatorProcess {
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly listeners = new Set<() => void>();

  /** `user` of the cluster is its identity, too. */
  constructor(cluster: Cluster, namespace: string, user: string, program = MAIN) {
    this.child = spawn(process.execPath, [program], {
      env: {
        ...operatorEnvironment(namespace),
        PATH: process.env['PATH'] ?? '',
        KUBECONFIG: cluster.kubeconfig(user),
        POD_NAME: user,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.child.stdout === null) throw new Error('no stdout');
    createInterface(this.child.stdout).on('line', (line) => {
      this.lines.push(line);
      for (const listener of this.listeners) listener();
    });
  }

  /** Resolves once it has logged the message. */
  logged(message: string): Promise<void> {
    const has = () => this.lines.some((line) => line.includes(`"msg":"${message}"`));
    if (has()) return Promise.resolve();
    return new Promise((resolve) => {
      const listener = () => {
        if (!has()) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }

  /** Where it answers /metrics. */
  async port(): Promise<number> {
    await this.logged('operator started');
    const port = this.lines.map((line) => /"port":(\d+).*"msg":"operator started"/.exec(line)?.[1]).find(Boolean);
    if (port === undefined) throw new Error('it did not log its port');
    return Number(port);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last that it said, for whoever wonders why a test failed. */
  get lastWords(): string {
    return this.lines.slice(-20).join('\n');
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the operator did not start');
    return pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with its exit code, null if a signal ended it. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }
}
