import type { ConnectionPhase } from '@claude-webui/web/connection/terminal-consumer';
import { TerminalConnection } from '@claude-webui/web/connection/terminal-connection';
import { Inbox } from '../inbox';
import type { Target } from '../peer';

/** Our client library at a session; what it shows is shown at once. */
export class OurTerminal {
  /** How often the screen had to be drawn anew because output was gone. */
  resets = 0;
  private readonly inbox = new Inbox();
  private readonly connection: TerminalConnection;
  private readonly phases: ((phase: ConnectionPhase) => void)[] = [];

  private constructor(target: Target, sessionId: string) {
    this.connection = new TerminalConnection(
      {
        url: `http://127.0.0.1:${target.port}`,
        sessionId,
        mode: 'drive',
        size: () => ({ cols: 80, rows: 24 }),
        scrollback: false,
        credential: () => Promise.resolve({ token: target.access['token'] ?? '' }),
      },
      {
        write: (data, offset) => {
          this.inbox.push(data);
          this.connection.parsed(offset);
        },
        resize: () => undefined,
        reset: () => void (this.resets += 1),
        snapshot: (_size, data, offset) => {
          this.resets += 1;
          this.inbox.push(data);
          this.connection.parsed(offset);
        },
        keepLines: () => undefined,
        scrollback: () => undefined,
        phase: (phase) => {
          for (const listener of this.phases) listener(phase);
        },
        latency: () => undefined,
        refused: () => undefined,
        waiting: () => undefined,
        discarded: () => undefined,
      },
    );
  }

  /** Resolves once attached. */
  static async open(target: Target, sessionId: string): Promise<OurTerminal> {
    const terminal = new OurTerminal(target, sessionId);
    await terminal.attached();
    return terminal;
  }

  /** Resolves at the next attach. @throws Error when the session is over or refuses us */
  attached(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.phases.push((phase) => {
        if (phase.phase === 'attached') resolve();
        if (phase.phase === 'ended' || phase.phase === 'refused') reject(new Error(JSON.stringify(phase)));
      });
    });
  }

  write(data: Uint8Array): void {
    this.connection.type(data);
  }

  onData(listener: (data: Uint8Array) => void): void {
    this.inbox.onData(listener);
  }

  /** The session stays. */
  detach(): void {
    this.connection.close();
  }
}
