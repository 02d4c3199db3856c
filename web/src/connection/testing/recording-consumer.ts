import type { TerminalSize } from '@claude-webui/protocol';
import type { Scrollback } from '../scrollback-pull';
import type { TerminalConnection } from '../terminal-connection';
import type { ConnectionPhase, TerminalConsumer } from '../terminal-consumer';
import { Arrivals } from './scripted-gateway';

/** Deals with everything at once, and keeps what it was told. */
export class RecordingConsumer implements TerminalConsumer {
  readonly phases = new Arrivals<ConnectionPhase>();
  readonly refusals: string[] = [];
  readonly discards: number[] = [];
  /** Keys that the person was last told are kept. */
  kept = 0;
  text = '';
  /** Whether output is dealt with, or piles up. */
  isParsing = true;
  connection: TerminalConnection | null = null;

  write(data: Uint8Array, offset: number, isReplay: boolean): void {
    const text = Buffer.from(data).toString();
    this.text += isReplay ? `(${text})` : text;
    if (this.isParsing) this.connection?.parsed(offset);
  }

  resize({ cols, rows }: TerminalSize): void {
    this.text += `[${cols}×${rows}]`;
  }

  reset(): void {
    this.text = '';
  }

  snapshot(size: TerminalSize, data: Uint8Array, offset: number): void {
    this.reset();
    this.resize(size);
    this.write(data, offset, true);
  }

  keepLines(): void {}

  scrollback({ data, more }: Scrollback): void {
    this.text = `${more ? '…' : ''}${Buffer.from(data).toString()}|${this.text}`;
  }

  phase(phase: ConnectionPhase): void {
    this.phases.push(phase);
  }

  latency(): void {}

  refused(code: string): void {
    this.refusals.push(code);
  }

  waiting(keys: number): void {
    this.kept = keys;
  }

  discarded(keys: number): void {
    this.discards.push(keys);
  }

  /** Resolves with the next phase of this name. */
  async reaches<P extends ConnectionPhase['phase']>(name: P): Promise<Extract<ConnectionPhase, { phase: P }>> {
    for (;;) {
      const phase = await this.phases.next();
      if (isNamed(phase, name)) return phase;
    }
  }
}

function isNamed<P extends ConnectionPhase['phase']>(
  phase: ConnectionPhase,
  name: P,
): phase is Extract<ConnectionPhase, { phase: P }> {
  return phase.phase === name;
}
