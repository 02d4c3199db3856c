import type { PolicyRule, SessionPolicy } from '@claude-webui/protocol';
import { ANSWER_SILENCE_MS, InputFilter, KEY_DELAY_MS } from './input-filter';
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
  /** Ends what the input filter waits for. */
  private timer: { waitsFor: 'key' | 'answer'; handle: NodeJS.Timeout } | null = null;

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
    const refused = this.type(this.inputFilter.filter(data));
    this.limitWaiting();
    return refused;
  }

  close(): void {
    this.stopWaiting();
  }

  /** A key waits no longer because others follow it; an answer may come in pieces, and is over when they stop. */
  private limitWaiting(): void {
    const waitsFor = this.inputFilter.isWaiting ? 'key' : this.inputFilter.isDropping ? 'answer' : null;
    if (waitsFor === 'key' && this.timer?.waitsFor === 'key') return;
    this.stopWaiting();
    if (waitsFor === null) return;
    const release = () => {
      this.timer = null;
      this.type(this.inputFilter.release());
    };
    this.timer = { waitsFor, handle: setTimeout(release, waitsFor === 'key' ? KEY_DELAY_MS : ANSWER_SILENCE_MS) };
  }

  private type(data: Uint8Array): boolean {
    const { typed, refused } = this.lineLimit.admit(data);
    if (typed.length > 0) this.listener.typed(typed);
    if (refused) this.listener.hit('input.line');
    return refused;
  }

  private stopWaiting(): void {
    if (this.timer !== null) clearTimeout(this.timer.handle);
    this.timer = null;
  }
}
