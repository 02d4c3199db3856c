/**
 * Finds output that need not be parsed to know the screen after it: of a long run of plain lines only the last ones are
 * left, on the screen and in the scrollback. Pure. What is in doubt is parsed.
 */

/** Below this a skip saves less than it costs to look for. */
const WORTHWHILE_BYTES = 64 * 1024;

const LF = 0x0a;
const CR = 0x0d;
/** ESC, SO, SI, CAN, SUB begin or end something; 0xC2 may begin a C1 control in UTF-8. */
const SPECIAL = [0x1b, 0x0e, 0x0f, 0x18, 0x1a, 0xc2];

/**
 * The part of the output, between two beginnings of lines, that plain lines after it push out of the scrollback: if the parser
 * is between sequences there and the whole screen scrolls. Null if there is none.
 *
 * @param keepLines how many lines must follow: those that are kept, and those that may fill the screen before it scrolls
 */
export function findFlood(output: Buffer, keepLines: number): { from: number; to: number } | null {
  const special = Math.max(...SPECIAL.map((byte) => output.lastIndexOf(byte)));
  // A sequence may go on behind its special byte. If it does so in the next line, the parser will tell.
  const from = startOfLine(output, special + 1);
  const to = from === null ? null : startOfLastLines(output, from, keepLines);
  return from === null || to === null || to - from < WORTHWHILE_BYTES ? null : { from, to };
}

/** Behind the first CR LF after `from`. */
function startOfLine(output: Buffer, from: number): number | null {
  const end = output.indexOf('\r\n', from);
  return end < 0 ? null : end + 2;
}

/** Where the last `lines` lines begin, behind a CR LF; null if that is not after `from`. */
function startOfLastLines(output: Buffer, from: number, lines: number): number | null {
  let at = output.length;
  for (let left = lines; at > from && (left > 0 || output[at - 1] !== CR); left -= 1) {
    at = output.lastIndexOf(LF, at - 1);
    if (at < 0) return null;
  }
  return at > from && output[at] === LF ? at + 1 : null;
}
