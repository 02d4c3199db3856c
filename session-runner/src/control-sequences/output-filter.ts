import type { OutputSequence, SessionPolicy } from '@claude-webui/protocol';
import type { Family } from './bytes';
import {
  BEL,
  C1_LEAD,
  C1_ST,
  CAN,
  DEL,
  ENQ,
  ESC,
  FAMILIES,
  LAST_C1,
  SPACE,
  SUB,
  isContinuation,
  isFinal,
  isParameter,
} from './bytes';
import { RULED_CSI_FINALS, classifyCsi, classifyString } from './classify';

/** Longest CSI sequence that passes; every colour and attribute at once takes less than half. */
const MAX_CSI_BYTES = 256;
/**
 * Longest title, link, list of colours and the like that passes; 256 colours at once take 6.7 KB. Terminals keep them: links as
 * long as the line that they are in.
 */
const MAX_STRING_BYTES = 8 * 1024;
/** Of text for a clipboard, and of what only a policy lets through. Pages take half of it at most, and say so of the rest. */
const MAX_LARGE_STRING_BYTES = 2 * 1024 * 1024;
/** Bytes that may have to wait for those that follow them. */
const MAX_HELD_BYTES = MAX_CSI_BYTES + 8;
/** After a sequence there is often another soon: a search of its own for each would cost more than a look at these bytes. */
const NEAR_BYTES = 32;

type State = 'ground' | 'c1' | 'escape' | 'intermediate' | 'csi' | 'csi-dropped' | 'string';

/**
 * Takes control sequences out of a program's output that the policy does not let through. It hands on whole sequences and
 * nothing else, so that a terminal after it is between sequences whenever the filter is: what was cut in two, or joins when
 * something between is taken out, cannot become another. Memory is bounded; text without control bytes is handed on as it is.
 *
 * It reads as xterm.js does (VT500 parser): ESC and C1 controls end any sequence, CAN and SUB too; other C0 controls act at
 * once within CSI and mean nothing within strings.
 */
export class OutputFilter {
  private state: State = 'ground';
  /** The sequence so far, when it is not known yet whether it passes. */
  private readonly held = Buffer.alloc(MAX_HELD_BYTES);
  private heldBytes = 0;
  /** Bytes of `held` that introduce the sequence. */
  private introducerBytes = 0;
  private family: Family = 'csi';
  private fate: 'undecided' | 'pass' | 'drop' = 'undecided';
  /** Of a string that passes: what it is, and how many bytes more it may have. */
  private kind: OutputSequence | null = null;
  private room = 0;
  /** C1_LEAD was the last byte of a string. */
  private leadSeen = false;
  /** ESC has ended a string; `\` after it belongs to it. */
  private stringEnded = false;

  private readonly result: Buffer;
  private resultBytes = 0;

  /**
   * @param hit a rule has kept something back
   * @param pieceBytes of a piece, at most
   */
  constructor(
    /** May change between two calls. */
    public rules: SessionPolicy['output'],
    private readonly hit: (rule: OutputSequence) => void,
    pieceBytes: number,
  ) {
    // Every string that ESC ends gets a terminator of two bytes, and has at least four itself.
    this.result = Buffer.alloc(2 * pieceBytes + MAX_HELD_BYTES);
  }

  /** What passes of the next piece: the piece itself, or a view that is valid until the next call. */
  filter(piece: Buffer): Buffer {
    const search = new SpecialSearch(piece);
    this.resultBytes = 0;
    let at = 0;
    /** From here to `at` everything passes. */
    let run = 0;
    while (at < piece.length) {
      if (this.state === 'ground') {
        const special = search.from(at);
        at = endOfHarmless(piece, special);
        if (at > special || at === piece.length) continue;
        this.copy(piece, run, at);
      }
      this.take(piece[at] ?? 0);
      at += 1;
      run = at;
    }
    if (run === 0 && this.state === 'ground') return piece;
    this.copy(piece, run, at);
    return this.result.subarray(0, this.resultBytes);
  }

  private take(byte: number): void {
    switch (this.state) {
      case 'ground':
        return this.ground(byte);
      case 'c1':
        return this.afterLead(byte);
      case 'string':
        return this.string(byte);
      case 'escape':
      case 'intermediate':
      case 'csi':
      case 'csi-dropped':
        return this.sequence(byte);
    }
  }

  private ground(byte: number): void {
    this.state = 'ground';
    if (byte === ESC) this.begin('escape', ESC);
    else if (byte === C1_LEAD) this.begin('c1', C1_LEAD);
    else this.execute(byte);
  }

  private begin(state: State, byte: number): void {
    this.state = state;
    this.heldBytes = 0;
    this.hold(byte);
  }

  private afterLead(byte: number): void {
    const family = byte <= LAST_C1 ? FAMILIES.get(byte - 0x40) : undefined;
    if (family !== undefined) return this.introduce(family, byte);
    this.state = 'ground';
    // Half a character goes: if what follows it were taken out, it could make a control of the byte after that.
    if (!isContinuation(byte)) return this.ground(byte);
    this.release();
    this.put(byte);
  }

  private introduce(family: Family, byte: number): void {
    this.hold(byte);
    this.introducerBytes = this.heldBytes;
    this.family = family;
    this.fate = 'undecided';
    this.leadSeen = false;
    this.state = family === 'csi' ? 'csi' : 'string';
    if (family !== 'csi') this.decide(false);
  }

  /** A byte after ESC or within CSI. */
  private sequence(byte: number): void {
    const ended = this.stringEnded;
    this.stringEnded = false;
    if (byte === ESC || byte >= 0x80) return this.ground(byte);
    if (byte === CAN || byte === SUB) return void (this.state = 'ground');
    if (byte === DEL) return;
    if (byte < SPACE) {
      this.stringEnded = ended;
      return this.execute(byte);
    }
    if (this.state === 'escape' || this.state === 'intermediate') this.escape(byte, ended);
    else this.csi(byte);
  }

  private escape(byte: number, endsString: boolean): void {
    if (isParameter(byte) && byte < 0x30) {
      this.state = 'intermediate';
      // More than a few are none of a terminal's.
      if (this.heldBytes < 8) this.hold(byte);
      return;
    }
    const family = this.state === 'escape' ? FAMILIES.get(byte) : undefined;
    if (family !== undefined) return this.introduce(family, byte);
    this.state = 'ground';
    if (endsString && byte === 0x5c) return;
    this.release();
    this.put(byte);
  }

  private csi(byte: number): void {
    if (this.state === 'csi-dropped') {
      if (isFinal(byte)) this.state = 'ground';
      return;
    }
    if (this.heldBytes === MAX_CSI_BYTES) {
      this.hit('otherCommands');
      this.state = isFinal(byte) ? 'ground' : 'csi-dropped';
      return;
    }
    this.hold(byte);
    if (!isFinal(byte)) return;
    this.state = 'ground';
    if (this.passes(classifyCsi(this.body()))) this.release();
  }

  private string(byte: number): void {
    if (this.leadSeen) {
      this.leadSeen = false;
      if (byte === C1_ST) return this.endString(C1_LEAD, C1_ST);
      if (byte >= 0x80 && byte <= LAST_C1) return this.breakString(byte);
      if (isContinuation(byte)) this.content(C1_LEAD);
    }
    if (byte === C1_LEAD) this.leadSeen = true;
    else if (byte === ESC) this.endByEscape();
    else if (byte === BEL && this.family === 'osc') this.endString(BEL);
    else if (byte === CAN || byte === SUB) this.abortString();
    else if (byte >= SPACE && byte !== DEL) this.content(byte);
  }

  private content(byte: number): void {
    if (this.fate === 'pass') return this.passOn(byte);
    if (this.fate === 'drop') return;
    this.hold(byte);
    this.decide(false);
  }

  private passOn(byte: number): void {
    this.room -= 1;
    if (this.room >= 0) return this.put(byte);
    const isClipboard = this.kind === 'clipboardWrite';
    this.hit(isClipboard ? 'clipboardWrite' : 'otherCommands');
    // Terminals forget a string at CAN. Too much for a clipboard is ended, so that the page sees it and says so.
    this.put(isClipboard ? BEL : CAN);
    this.fate = 'drop';
  }

  /** A C1 control other than the terminator ends a string and acts. */
  private breakString(byte: number): void {
    this.abortString();
    this.begin('c1', C1_LEAD);
    this.afterLead(byte);
  }

  private endByEscape(): void {
    // Terminals act on the string at ESC, whatever follows; after this terminator nothing can be taken for its rest.
    this.endString(ESC, 0x5c);
    this.begin('escape', ESC);
    this.stringEnded = true;
  }

  private endString(...terminator: number[]): void {
    if (this.fate === 'undecided') this.decide(true);
    if (this.fate === 'pass') for (const byte of terminator) this.put(byte);
    this.state = 'ground';
  }

  private abortString(): void {
    if (this.fate === 'pass') this.put(CAN);
    this.state = 'ground';
  }

  private decide(complete: boolean): void {
    const kind = classifyString(this.family, this.body(), complete);
    if (kind === 'undecided') return;
    this.fate = this.passes(kind) ? 'pass' : 'drop';
    if (this.fate !== 'pass') return;
    const isLarge = kind === 'clipboardWrite' || this.family !== 'osc';
    this.kind = kind;
    this.room = (isLarge ? MAX_LARGE_STRING_BYTES : MAX_STRING_BYTES) - this.heldBytes;
    this.release();
  }

  private passes(kind: OutputSequence | null): boolean {
    if (kind === null || this.rules[kind] === 'allow') return true;
    this.hit(kind);
    return false;
  }

  /** A control that acts at once, also in the middle of a sequence; or text. */
  private execute(byte: number): void {
    if (byte !== ENQ || this.passes('answerback')) this.put(byte);
  }

  private body(): string {
    return this.held.toString('latin1', this.introducerBytes, this.heldBytes);
  }

  private hold(byte: number): void {
    this.held[this.heldBytes] = byte;
    this.heldBytes += 1;
  }

  private release(): void {
    this.copy(this.held, 0, this.heldBytes);
    this.heldBytes = 0;
  }

  private put(byte: number): void {
    this.result[this.resultBytes] = byte;
    this.resultBytes += 1;
  }

  private copy(from: Buffer, start: number, end: number): void {
    if (start === end) return;
    this.resultBytes += from.copy(this.result, this.resultBytes, start, end);
  }
}

/**
 * What most special bytes begin: a character, or a whole CSI sequence of colours, cursor and the like, which no rule is about.
 * Where it ends; `start` if it is not there as a whole, or may be something else.
 */
function endOfHarmless(piece: Buffer, start: number): number {
  const second = piece[start + 1] ?? 0;
  if (piece[start] === C1_LEAD) return second > LAST_C1 && isContinuation(second) ? start + 2 : start;
  if (piece[start] !== ESC || second !== 0x5b) return start;
  const limit = Math.min(piece.length, start + MAX_CSI_BYTES);
  let at = start + 2;
  while (at < limit && isParameter(piece[at] ?? 0)) at += 1;
  const final = piece[at] ?? 0;
  return at < limit && isFinal(final) && !RULED_CSI_FINALS.has(final) ? at + 1 : start;
}

/** Finds the bytes of a piece that may begin or be a control sequence, and looks for none twice. */
class SpecialSearch {
  private escape = -1;
  private lead = -1;
  private enquiry = -1;

  constructor(private readonly piece: Buffer) {}

  /** Where the next one is; the piece's length if there is none. */
  from(start: number): number {
    const { piece } = this;
    const near = Math.min(start + NEAR_BYTES, piece.length);
    for (let at = start; at < near; at += 1) {
      const byte = piece[at];
      if (byte === ESC || byte === C1_LEAD || byte === ENQ) return at;
    }
    if (this.escape < near) this.escape = firstOf(piece, ESC, near);
    if (this.lead < near) this.lead = firstOf(piece, C1_LEAD, near);
    if (this.enquiry < near) this.enquiry = firstOf(piece, ENQ, near);
    return Math.min(this.escape, this.lead, this.enquiry);
  }
}

function firstOf(piece: Buffer, byte: number, from: number): number {
  const at = piece.indexOf(byte, from);
  return at < 0 ? piece.length : at;
}
