import type { ConnectionPhase, TerminalConnection, TerminalConsumer } from '../terminal-connection';
import { Arrivals } from './scripted-gateway';

/** Deals with everything at once, and keeps what it was told. */
export class RecordingConsumer implements TerminalConsumer {
  readonly phases = new Arrivals<ConnectionPhase>();
  readonly refusals: string[] = [];
  text = '';
  resets = 0;
  /** Whether output is dealt with, or piles up. */
  isParsing = true;
  connection: TerminalConnection | null = null;

  write(data: Uint8Array, offset: number): void {
    this.text += Buffer.from(data).toString();
    if (this.isParsing) this.connection?.parsed(offset);
  }

  reset(): void {
    this.resets += 1;
    this.text = '';
  }

  phase(phase: ConnectionPhase): void {
    this.phases.push(phase);
  }

  latency(): void {}

  refused(code: string): void {
    this.refusals.push(code);
  }

  waiting(): void {}

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
