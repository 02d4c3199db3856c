import type { PolicyRule, SessionPolicy } from '@claude-webui/protocol';
import { InputFilter, KEY_DELAY_MS } from './input-filter';
import { LineLimit } from './line-limit';
import { OutputFilter } from './output-filter';

export interface GuardListener {
  /** Input that passes. */
  typed(data: Uint8Array): void;
  /** A rule has kept something back. */
  hit(rule: PolicyRule): void;
}

/** Holds a policy between a terminal and its clients: before output is counted, and before input is written. */
export class Guard {
  private readonly outputFilter: OutputFilter;
  private readonly inputFilter: InputFilter;
  private lineLimit: LineLimit;
  private keyTimer: NodeJS.Timeout | null = null;

  /** @param pieceBytes of a piece of output, at most */
  constructor(
    policy: SessionPolicy,
    private readonly pieceBytes: number,
    private readonly listener: GuardListener,
  ) {
    this.outputFilter = new OutputFilter(policy.output, (rule) => listener.hit(`output.${rule}`), pieceBytes);
    this.inputFilter = new InputFilter(policy.input, (rule) => listener.hit(`input.${rule}`));
    this.lineLimit = new LineLimit(policy.maxLineBytes);
  }

  /** Another policy holds from now on. */
  adopt(policy: SessionPolicy): void {
    this.outputFilter.rules = policy.output;
    this.inputFilter.rules = policy.input;
    this.lineLimit = new LineLimit(policy.maxLineBytes);
  }

  /** What passes of a piece of output, in pieces that are no longer, valid until the next call. */
  *output(piece: Buffer): Generator<Buffer> {
    const passed = this.outputFilter.filter(piece);
    for (let at = 0; at < passed.length; at += this.pieceBytes) yield passed.subarray(at, at + this.pieceBytes);
  }

  /** Hands on what may be typed. True if a line was too long for all of it. */
  input(data: Uint8Array): boolean {
    this.stopWaiting();
    const refused = this.type(this.inputFilter.filter(data));
    if (this.inputFilter.isWaiting)
      this.keyTimer = setTimeout(() => void this.type(this.inputFilter.release()), KEY_DELAY_MS);
    return refused;
  }

  close(): void {
    this.stopWaiting();
  }

  private type(data: Uint8Array): boolean {
    const { typed, refused } = this.lineLimit.admit(data);
    if (typed.length > 0) this.listener.typed(typed);
    if (refused) this.listener.hit('input.line');
    return refused;
  }

  private stopWaiting(): void {
    if (this.keyTimer !== null) clearTimeout(this.keyTimer);
    this.keyTimer = null;
  }
}
