import type { InputSequence, SessionPolicy } from '@claude-webui/protocol';
import { MAX_INPUT_PAYLOAD_BYTES } from '@claude-webui/protocol';
import type { Family } from './bytes';
import { BEL, CAN, ESC, FAMILIES, SPACE, SUB, isParameter } from './bytes';
import { classifyAnswer } from './classify';

const CTRL_C = 0x03;
const BACKSLASH = 0x5c;
const SMALL_T = 0x74;
/** Longest that is kept back in the hope of its end. Nobody types as much after Alt+] without a control key. */
const MAX_HELD_BYTES = 4096;
/** An introducer alone is a key too: Escape, Alt+[, Alt+]. */
const KEY_BYTES = 2;
/** So long may an answer without an end keep a person from typing; the largest is a clipboard. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/**
 * What could be an answer and is not whole waits this long for the rest: answers come in one message, or in several of which all but
 * the last are as long as a message may be. Milliseconds.
 */
export const KEY_DELAY_MS = 30;

type State = 'ground' | 'escape' | 'csi' | 'string' | 'dropping' | 'dropping-escape';

/**
 * Takes out of the input what a terminal answers by itself and the policy does not let through. A person's keys look much the
 * same (Alt+] begins as an answer does), and nothing that a person types may be lost: what turns out to be none is handed on as
 * it came. The output filter keeps programs from asking in the first place; this one is for terminals that were asked otherwise.
 */
export class InputFilter {
  private state: State = 'ground';
  private family: Family = 'osc';
  /** All bytes of what may be an answer, as latin1; those before `handedOn` have gone to the program already. */
  private held = '';
  private handedOn = 0;
  /** An answer that is known by its first byte only: a person could still be typing it. */
  private isDoubtful = false;
  private droppedBytes = 0;
  private isContinued = false;
  private result: Buffer[] = [];

  constructor(
    /** May change between two calls. */
    public rules: SessionPolicy['input'],
    private readonly hit: (rule: InputSequence) => void,
  ) {}

  /** Whether something waits for what may follow it: call `release` after KEY_DELAY_MS without more. */
  get isWaiting(): boolean {
    return this.held.length > this.handedOn || (this.isDropping && !this.isContinued);
  }

  private get isDropping(): boolean {
    return this.state === 'dropping' || this.state === 'dropping-escape';
  }

  /** What the program gets of this input. */
  filter(data: Uint8Array): Uint8Array {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.isContinued = bytes.length >= MAX_INPUT_PAYLOAD_BYTES;
    if (this.state === 'ground' && !bytes.includes(ESC)) return data;
    let run = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.state === 'ground' && byte !== ESC) continue;
      if (this.state === 'ground') this.result.push(bytes.subarray(run, at));
      this.take(byte);
      run = at + 1;
    }
    this.result.push(bytes.subarray(run));
    return this.taken();
  }

  /**
   * Hands on what waits. After a key what follows may still turn out to be the rest of an answer, and is then dropped; an answer that
   * has lost its end is over, for what comes now is typed.
   */
  release(): Uint8Array {
    if (this.isDropping) this.state = 'ground';
    this.handOn();
    // Somebody types this.
    if (this.held.length > KEY_BYTES) {
      this.state = 'ground';
      this.forget();
    }
    return this.taken();
  }

  private taken(): Uint8Array {
    const taken = Buffer.concat(this.result);
    this.result = [];
    return taken;
  }

  private take(byte: number): void {
    switch (this.state) {
      case 'ground':
        return this.ground(byte);
      case 'escape':
        return this.escape(byte);
      case 'csi':
        return this.csi(byte);
      case 'string':
        return this.string(byte);
      case 'dropping':
      case 'dropping-escape':
        return this.drop(byte);
    }
  }

  private ground(byte: number): void {
    this.state = 'ground';
    if (byte !== ESC) return void this.result.push(Buffer.from([byte]));
    this.state = 'escape';
    this.held = '\x1b';
    this.handedOn = 0;
    this.isDoubtful = false;
  }

  private escape(byte: number): void {
    const family = FAMILIES.get(byte);
    if (family === undefined) return this.notAnAnswer(byte);
    this.family = family;
    this.hold(byte);
    this.state = family === 'csi' ? 'csi' : 'string';
    if (family !== 'csi') this.look();
  }

  private csi(byte: number): void {
    if (isParameter(byte) && this.held.length < MAX_HELD_BYTES) return this.hold(byte);
    // A window's size; no key has this end after a number.
    if (byte !== SMALL_T || this.held.length === 2 || this.allows('sizeReports')) return this.notAnAnswer(byte);
    this.hit('sizeReports');
    this.state = 'ground';
    this.forget();
  }

  private string(byte: number): void {
    const isEnd = byte === BEL || (byte === BACKSLASH && this.held.endsWith('\x1b'));
    if (this.held.endsWith('\x1b') && !isEnd) {
      // Not the end: a key of its own, as the one before.
      const wasHandedOn = this.handedOn === this.held.length;
      this.held = this.held.slice(0, -1);
      if (!wasHandedOn) this.handOn();
      this.ground(ESC);
      this.handedOn = wasHandedOn ? 1 : 0;
      return this.take(byte);
    }
    if (isEnd && this.isDoubtful) {
      this.hit('titleReports');
      this.state = 'ground';
      return this.forget();
    }
    if (isEnd || (byte < SPACE && byte !== ESC)) return this.notAnAnswer(byte);
    this.hold(byte);
    if (byte !== ESC && !this.isDoubtful) this.look();
    else if (this.held.length >= MAX_HELD_BYTES) this.beginDropping('titleReports');
  }

  /** What kind of answer it is, if it is one. */
  private look(): void {
    const kind = classifyAnswer(this.family, this.held.slice(2));
    if (kind === 'undecided') return;
    if (kind === 'typing' || this.allows(kind)) {
      this.handOn();
      this.state = 'ground';
    } else if (kind === 'titleReports') {
      this.isDoubtful = true;
    } else {
      this.beginDropping(kind);
    }
  }

  private beginDropping(kind: InputSequence): void {
    this.hit(kind);
    this.forget();
    this.droppedBytes = 0;
    this.state = 'dropping';
  }

  /** The rest of an answer that is known for one. */
  private drop(byte: number): void {
    const afterEscape = this.state === 'dropping-escape';
    this.state = 'dropping';
    this.droppedBytes += 1;
    if (afterEscape && byte !== BACKSLASH) {
      this.ground(ESC);
      return this.take(byte);
    }
    if (byte === ESC) this.state = 'dropping-escape';
    else if (afterEscape || byte === BEL || byte === CAN || byte === SUB) this.state = 'ground';
    // A person's way out of an answer that has lost its end.
    else if (byte === CTRL_C || this.droppedBytes > MAX_ANSWER_BYTES) this.ground(byte);
  }

  private notAnAnswer(byte: number): void {
    this.handOn();
    this.ground(byte);
  }

  private allows(kind: InputSequence): boolean {
    return this.rules[kind] === 'allow';
  }

  private hold(byte: number): void {
    this.held += String.fromCharCode(byte);
  }

  private handOn(): void {
    this.result.push(Buffer.from(this.held.slice(this.handedOn), 'latin1'));
    this.handedOn = this.held.length;
  }

  private forget(): void {
    this.held = '';
    this.handedOn = 0;
  }
}
