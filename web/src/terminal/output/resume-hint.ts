import type { Terminal } from '@xterm/xterm';

const LEAD = 'Resume this session with:';
const COMMAND = /\bclaude .*--resume\b/;
/** The lead, a command that wraps in a narrow terminal, and the cursor's line. */
const MAX_ROWS = 8;

/**
 * What takes Claude Code's parting advice off the screen, if it stands right above the cursor: the command would have to be run where
 * the session was, which nobody can; the page itself offers to go on. Null if it does not stand there.
 */
export function resumeHintEraser({ buffer }: Pick<Terminal, 'buffer'>): string | null {
  const { active } = buffer;
  const { baseY, cursorY } = active;
  let below = '';
  for (let rows = 0; rows <= Math.min(MAX_ROWS, cursorY); rows++) {
    const text = active.getLine(baseY + cursorY - rows)?.translateToString(true) ?? '';
    if (text.trim() === LEAD) return rows > 0 && COMMAND.test(below) ? `\x1b[${rows}F\x1b[J` : null;
    below = text + below;
  }
  return null;
}
