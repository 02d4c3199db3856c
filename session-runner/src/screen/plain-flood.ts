/**
 * Finds output that need not be parsed to know the screen after it: of a long run of plain lines only the last ones are
 * left, on the screen and in the scrollback. Pure. What is in doubt is parsed.
 */

/** Below this a skip saves less than it costs to look for. */
const WORTHWHILE_BYTES = 64 * 1024;
/** Longest control sequence whose end is looked for. */
const MAX_SEQUENCE_BYTES = 4096;

const LF = 0x0a;
const CR = 0x0d;
/** ESC, SO, SI, CAN, SUB begin or end something; 0xC2 may begin a C1 control in UTF-8. */
const SPECIAL = [0x1b, 0x0e, 0x0f, 0x18, 0x1a, 0xc2];

/** A control sequence, complete, after which plain text follows: CSI, OSC ended by BEL, ESC \ and its short kin. */
const COMPLETE_SEQUENCE = /^(?:\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*\x07|\x1b[ -/]*[0-OQ-WYZ\\`-~]|[\x0e\x0f])/;

export interface Plan {
  /** Parse `[0, head)`, leave out `[head, tail)`, parse from `tail`. Equal when nothing can be left out. */
  head: number;
  tail: number;
  /** Whether the parser is certainly between sequences at the end. */
  ground: boolean;
}

/**
 * @param ground whether the parser is certainly between sequences before the first byte
 * @param keepLines how many line feeds rewrite everything that is kept: rows and scrollback
 */
export function planParse(output: Buffer, ground: boolean, keepLines: number): Plan {
  const special = Math.max(...SPECIAL.map((byte) => output.lastIndexOf(byte)));
  let plainFrom = ground ? 0 : output.length;
  if (special >= 0) {
    const sequence = COMPLETE_SEQUENCE.exec(output.toString('latin1', special, special + MAX_SEQUENCE_BYTES));
    plainFrom = sequence === null ? output.length : special + sequence[0].length;
  }
  const groundAfter = plainFrom < output.length || (special < 0 && ground);
  const tail = startOfLastLines(output, plainFrom, keepLines);
  // A skip begins and ends at the start of a line, so that the cursor's column is the same with and without it.
  const head = tail === null ? -1 : output.indexOf(LF, plainFrom) + 1;
  if (tail === null || tail - head < WORTHWHILE_BYTES)
    return { head: output.length, tail: output.length, ground: groundAfter };
  return { head, tail, ground: groundAfter };
}

/** Where the last `lines` lines begin, just after a CR LF; null if that is not after `from`. */
function startOfLastLines(output: Buffer, from: number, lines: number): number | null {
  let at = output.length;
  for (let left = lines; at > from && (left > 0 || output[at - 1] !== CR); left -= 1) {
    at = output.lastIndexOf(LF, at - 1);
    if (at < 0) return null;
  }
  return at > from && output[at] === LF ? at + 1 : null;
}
