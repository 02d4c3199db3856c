/** The web page's own connection to a session, without the page: what it is given is kept, and counted. */
import { createHash } from 'node:crypto';
import type { SessionEnd, TerminalSize } from '@claude-webui/protocol';
import type { ConnectionPhase, TerminalConsumer } from '@claude-webui/web/connection/terminal-consumer';
import { TerminalConnection } from '@claude-webui/web/connection/terminal-connection';

/** Enough for a screen that is painted at once. */
const TAIL_CHARACTERS = 8000;
/** After which a wait is in vain, so that its failure says what was there: 20 MB at a pace take a minute or two. Less than a test's own. Milliseconds. */
const PATIENCE_MS = 240_000;
/** Of a complaint. */
const SAID_CHARACTERS = 400;
const SIZE = { cols: 80, rows: 24 };

export class TerminalClient implements TerminalConsumer {
  readonly phases: ConnectionPhase['phase'][] = [];
  readonly refusals: string[] = [];
  /** Codes of what the session waited for. */
  readonly progress: string[] = [];
  private readonly pieces: Buffer[] = [];
  private bytes = 0;
  private resets = 0;
  /** How the session ended; null while it has not. */
  end: SessionEnd | null = null;
  /** What has come lately, for those who wait for it. */
  private tail = '';
  /** Called with each piece of output as it comes. */
  onData: (data: Uint8Array) => void = () => undefined;
  private readonly connection: TerminalConnection;
  private readonly watchers = new Set<() => void>();

  constructor(url: string, token: string, sessionId: string) {
    this.connection = new TerminalConnection(
      {
        url,
        sessionId,
        mode: 'drive',
        size: () => SIZE,
        scrollback: false,
        credential: () => Promise.resolve({ token }),
      },
      this,
    );
  }

  write(data: Uint8Array, offset: number): void {
    this.pieces.push(Buffer.from(data));
    this.bytes += data.length;
    this.tail = (this.tail + Buffer.from(data).toString('latin1')).slice(-TAIL_CHARACTERS);
    this.connection.parsed(offset);
    this.onData(data);
    this.notify();
  }

  /** A screen that begins anew has lost what was before: no test of exact bytes may see it twice. */
  reset(): void {
    this.resets += 1;
    this.pieces.length = 0;
    this.bytes = 0;
    this.tail = '';
  }

  resize(): void {}

  snapshot(_size: TerminalSize, data: Uint8Array, offset: number): void {
    this.reset();
    this.write(data, offset);
  }

  keepLines(): void {}

  scrollback(): void {}

  phase(now: ConnectionPhase): void {
    this.phases.push(now.phase);
    if (now.phase === 'starting') this.progress.push(now.progress.code);
    if (now.phase === 'ended') this.end = now.end;
    this.notify();
  }

  refused(code: string): void {
    this.refusals.push(code);
  }

  latency(): void {
    this.notify();
  }

  waiting(): void {
    this.notify();
  }

  discarded(): void {
    // Roles do not change in these scenarios.
  }

  type(text: string): void {
    this.connection.type(Buffer.from(text));
  }

  /** Bytes received. */
  get received(): number {
    return this.bytes;
  }

  attached(): Promise<void> {
    return this.until(() => this.phases.includes('attached'), 'was attached');
  }

  shows(text: string): Promise<void> {
    return this.until(() => this.tail.includes(text), `showed ${text}`);
  }

  /** Resolves with how the session ended. */
  async ended(): Promise<SessionEnd> {
    await this.until(() => this.end !== null, 'ended');
    if (this.end === null) throw new Error('unreachable');
    return this.end;
  }

  /** Resolves once the session waits for this. */
  waitsFor(code: string): Promise<void> {
    return this.until(() => this.progress.at(-1) === code, `waited for ${code}`);
  }

  hasReceived(bytes: number): Promise<void> {
    return this.until(() => this.bytes >= bytes, `received ${bytes} bytes`);
  }

  /** What has been shown so far counts no more. */
  forget(): void {
    this.pieces.length = 0;
    this.bytes = 0;
    this.tail = '';
  }

  /** What came between two texts, exclusive. */
  between(from: string, to: string): string {
    return this.span(from, to).toString('utf8');
  }

  /** SHA-256 of what came between two texts, exclusive. */
  hashBetween(from: string, to: string): string {
    return createHash('sha256').update(this.span(from, to)).digest('hex');
  }

  private span(from: string, to: string): Buffer {
    const all = Buffer.concat(this.pieces);
    const start = all.indexOf(from);
    const end = all.indexOf(to, start + from.length);
    if (start < 0 || end < 0) throw new Error(`There is nothing between ${from} and ${to}. ${this.described}`);
    return all.subarray(start + from.length, end);
  }

  close(): void {
    this.connection.close();
  }

  private until(check: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!check()) return;
        clearTimeout(timer);
        this.watchers.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.watchers.delete(look);
        reject(new Error(`The session never ${what}. ${this.described}`));
      }, PATIENCE_MS);
      this.watchers.add(look);
      look();
    });
  }

  private get described(): string {
    const { phases, resets, bytes, tail } = this;
    const said = JSON.stringify(tail.slice(-SAID_CHARACTERS));
    return `Phases: ${phases.join(', ')}; screens begun anew: ${resets}; ${bytes} bytes since, the last: ${said}`;
  }

  private notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
