/** A prepared program in a real terminal, without the session around it. For tests. */
import type { SessionSpec } from '@claude-webui/protocol';
import type { HookEvent } from '../claude/hooks';
import { endProcesses } from '../processes/end';
import type { Prepared } from '../program/prepare';
import { prepareProgram } from '../program/prepare';
import { Terminal } from '../terminal/terminal';

export class RunningProgram {
  readonly events: HookEvent[] = [];
  readonly exited: Promise<number>;
  private output = '';
  private hasExited = false;
  private readonly terminal: Terminal;
  private readonly watchers = new Set<() => void>();

  private constructor(
    private readonly spec: SessionSpec,
    readonly prepared: Prepared,
  ) {
    prepared.hooks?.subscribe((event) => {
      this.events.push(event);
      this.notify();
    });
    let exit: (code: number) => void;
    this.exited = new Promise((resolve) => (exit = resolve));
    this.terminal = new Terminal(prepared.command, spec.size, {
      output: (piece) => {
        this.output += piece.toString();
        this.notify();
      },
      inputDrained: () => undefined,
      exited: ({ exitCode }) => {
        this.hasExited = true;
        exit(exitCode);
        this.notify();
      },
    });
  }

  static start(spec: SessionSpec): RunningProgram {
    const prepared = prepareProgram(spec);
    if ('problem' in prepared) throw new Error(prepared.problem.detail ?? prepared.problem.reason);
    return new RunningProgram(spec, prepared);
  }

  get pid(): number {
    return this.terminal.pid;
  }

  /** All output so far without what moves the cursor and sets colours. */
  get text(): string {
    return this.output.replace(/\x1b(?:\[[0-9;?<>=]*[A-Za-z]|\].*?(?:\x07|\x1b\\))/g, ' ').replace(/ +/g, ' ');
  }

  /** Resolves with what `check` finds, looked for after every output and event. */
  until<T>(check: () => T | null | undefined | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = check();
        if (found !== null && found !== undefined && found !== false) resolve(found);
        else if (this.hasExited) reject(new Error(`the program has left, having shown: ${this.text}`));
        else return;
        this.watchers.delete(look);
      };
      this.watchers.add(look);
      look();
    });
  }

  async shows(text: string | RegExp): Promise<RegExpExecArray | true> {
    return this.until(() => (typeof text === 'string' ? this.text.includes(text) : text.exec(this.text)));
  }

  /** Forgets what was shown. */
  forget(): void {
    this.output = '';
    this.events.length = 0;
  }

  type(text: string): void {
    this.terminal.write(Buffer.from(text));
  }

  /** Types and, when the words have come back, presses Enter: what comes together is taken as pasted. */
  async enter(words: string): Promise<void> {
    this.forget();
    this.type(words);
    await this.shows(words);
    this.forget();
    this.type('\r');
  }

  /** Kills it and removes what is not persistent. May be called twice. */
  async end(graceMs = 0): Promise<void> {
    await endProcesses(this.pid, this.spec.sessionId, graceMs);
    await this.exited;
    await this.prepared.close();
  }

  private notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
