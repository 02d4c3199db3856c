import { unfinishedBytes } from '@claude-webui/protocol';

/** States of xterm.js' parser in which a C0 control acts at once and is no part of the sequence: after ESC and within CSI. */
const GROUND = 0;
const LAST_OF_CSI = 6;
const STRING_IGNORED = 7;
const OSC = 8;

/**
 * A longer sequence is replaced by one of its kind that means nothing: whatever is still to come of it is swallowed all the
 * same. (OSC 52 with a long text is about the only one.)
 */
const MAX_BYTES = 64 * 1024;

/** The beginning of a control sequence or a character whose end is still to come. */
export class Unfinished {
  private pieces: Uint8Array[] = [];
  private bytes = 0;

  /** The parser is in `state` after `data`, which ends with a whole character. */
  note(data: Uint8Array, state: number): void {
    const start = state === GROUND ? data.length : startOfSequence(data);
    if (start !== null) {
      this.pieces = [];
      this.bytes = 0;
    }
    const piece = data.slice(start ?? 0);
    if (this.bytes <= MAX_BYTES) this.pieces.push(piece);
    this.bytes += piece.length;
  }

  /** What brings a parser that is between sequences to where this one is. */
  sequence(state: number): Uint8Array {
    if (this.bytes > MAX_BYTES) return Buffer.from(meaningless(state));
    const sequence = Buffer.concat(this.pieces);
    if (state > LAST_OF_CSI) return sequence;
    // A control that has acted must not act again; nor may bytes that are no character become one without it.
    const introducer = sequence[0] === C1_LEAD ? 2 : 1;
    return sequence.filter((byte, at) => at < introducer || (byte >= 0x20 && byte < 0x7f));
  }
}

/** Splits data into what is whole and the beginning of a character after it. */
export function splitWhole(data: Uint8Array): [Uint8Array, Uint8Array] {
  const whole = data.length - unfinishedBytes(data);
  return [data.subarray(0, whole), data.slice(whole)];
}

/** Where the last sequence begins that the parser may be in; null if that is before this data. */
function startOfSequence(data: Uint8Array): number | null {
  const escape = data.lastIndexOf(0x1b);
  for (let at = data.length - 2; at > escape; at -= 1) {
    at = data.lastIndexOf(C1_LEAD, at);
    if (at <= escape) break;
    if (C1_INTRODUCERS.has(data[at + 1] ?? 0)) return at;
  }
  return escape < 0 ? null : escape;
}

const C1_LEAD = 0xc2;
/** DCS, SOS, CSI, OSC, PM, APC; in UTF-8 after that. */
const C1_INTRODUCERS = new Set([0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f]);

function meaningless(state: number): string {
  if (state <= LAST_OF_CSI) return '\x1b[<<';
  if (state === OSC) return '\x1b]777777;';
  return state === STRING_IGNORED ? '\x1b_' : '\x1bP0~';
}
