/** A terminal that is fed from a client's frames as the page feeds its own. For tests. */
import type { RunnerFrame, ScrollbackPiece, TerminalSize } from '@claude-webui/protocol';
import { background, decodeRunnerFrame } from '@claude-webui/protocol';
import { Terminal } from '@xterm/headless';
import type { TestClient } from './running-session';

type Snapshot = Extract<RunnerFrame, { type: 'snapshot' }>;
type Change = { data: Uint8Array } | { size: TerminalSize };

/** The lines above the last snapshot, as far as they have come, and what has come since the snapshot. */
interface Fetch {
  snapshot: Snapshot;
  scrollback: Uint8Array[];
  since: Change[];
}

export class ReadingTerminal {
  private readonly terminal = new Terminal({ cols: 80, rows: 24, scrollback: 100_000, allowProposedApi: true });
  /** Everything before is done. A terminal parses later than it is resized, so that nothing may be done out of order. */
  private done: Promise<void> = Promise.resolve();
  private client: TestClient | null = null;
  private fetch: Fetch | null = null;
  /** Offset after the last byte taken; null before there is any screen. */
  private taken: number | null = null;
  snapshots = 0;

  /** Reads on from another connection. The one before must have ended. */
  read(client: TestClient): void {
    this.client = client;
    // Before the client looks whether what it waits for has come.
    client.socket.prependListener('message', (frame: Buffer) => {
      if (this.client !== client) return;
      const decoded = decodeRunnerFrame(frame);
      if (decoded.type !== 'unknown') this.take(decoded);
    });
    // Pieces that were under way are lost with their connection.
    if (this.fetch !== null)
      background(
        'attach',
        client.attached().then(() => this.wantMore()),
      );
  }

  /** Where to go on. */
  get from(): Record<string, string> {
    return this.taken === null ? {} : { from: String(this.taken) };
  }

  get offset(): number {
    return this.taken ?? 0;
  }

  /** All lines, scrollback first, without what fills them up. Wrapped ones are one. */
  async lines(): Promise<string[]> {
    await this.client?.until(() => this.fetch === null);
    await this.done;
    const { active } = this.terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < active.length; row += 1) {
      const line = active.getLine(row);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped === true) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The rows of the screen, and where the cursor is. */
  async screen(): Promise<string> {
    await this.client?.until(() => this.fetch === null);
    await this.done;
    const { active } = this.terminal.buffer;
    const rows = Array.from({ length: this.terminal.rows }, (_, row) =>
      active.getLine(active.baseY + row)?.translateToString(true),
    );
    return [`${this.terminal.cols}x${this.terminal.rows} @${active.cursorX},${active.cursorY}`, ...rows].join('\n');
  }

  close(): void {
    this.client = null;
    this.terminal.dispose();
  }

  private take(frame: RunnerFrame): void {
    switch (frame.type) {
      case 'output':
        return this.output(frame.offset, frame.data);
      case 'resized':
        // One that stands before what is known already was applied then.
        if (this.taken === null || frame.offset >= this.taken) this.apply({ size: frame.size });
        this.taken ??= frame.offset;
        return;
      case 'snapshot':
        this.snapshots += 1;
        this.taken = frame.offset;
        this.fetch = { snapshot: frame, scrollback: [], since: [] };
        this.begin([{ size: frame.size }, { data: frame.data }]);
        return this.wantMore();
      case 'scrollback':
        return this.fetched(frame);
      default:
    }
  }

  private output(offset: number, data: Uint8Array): void {
    const known = Math.min(data.length, Math.max(0, (this.taken ?? offset) - offset));
    this.taken = offset + data.length;
    if (known < data.length) this.apply({ data: data.subarray(known) });
  }

  private fetched({ offset, position, total, data }: ScrollbackPiece): void {
    const { fetch } = this;
    if (fetch === null || fetch.snapshot.offset !== offset) return;
    fetch.scrollback.push(data);
    if (position + data.length < total) return this.wantMore();
    this.fetch = null;
    const { size } = fetch.snapshot;
    const scrollback = fetch.scrollback.map((piece) => ({ data: piece }));
    this.begin([{ size }, ...scrollback, { data: fetch.snapshot.data }, ...fetch.since]);
  }

  private wantMore(): void {
    if (this.fetch === null) return;
    const position = this.fetch.scrollback.reduce((bytes, piece) => bytes + piece.length, 0);
    this.client?.send({ type: 'want-scrollback', offset: this.fetch.snapshot.offset, position });
  }

  private begin(changes: readonly Change[]): void {
    this.done = this.done.then(() => this.terminal.reset());
    for (const change of changes) this.apply(change, false);
  }

  private apply(change: Change, isNew = true): void {
    if (isNew) this.fetch?.since.push(change);
    this.done = this.done.then(() => {
      if ('size' in change) return this.terminal.resize(change.size.cols, change.size.rows);
      return new Promise((resolve) => this.terminal.write(change.data, resolve));
    });
  }
}
