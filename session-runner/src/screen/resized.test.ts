/** Claude Code with a long answer, in many sizes: each of its lines is on the screen or above it, once. */
import type { StreamPiece } from '../output-buffer/output-buffer';
import { recordings } from '../testing/recordings';
import { PlainTerminal } from '../testing/terminal-state';

const LINES = 200;

function lineNumbers({ terminal }: PlainTerminal): number[] {
  const { normal } = terminal.buffer;
  return Array.from({ length: normal.length }, (_, y) => normal.getLine(y)?.translateToString(true) ?? '')
    .map((text) => /^(?:●| ) line (\d+)$/.exec(text)?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
}

/** What is there after each change of size, once the program has drawn for it. */
function afterEachSize(pieces: readonly StreamPiece[], terminal: PlainTerminal): { size: string; lines: number[] }[] {
  const found: { size: string; lines: number[] }[] = [];
  for (const [at, piece] of pieces.entries()) {
    if (piece.type === 'size') terminal.resize(piece.size);
    else terminal.write(piece.data);
    const isSettled = at + 1 === pieces.length || pieces[at + 1]?.type === 'size';
    const { cols, rows } = terminal.terminal;
    if (isSettled) found.push({ size: `${cols}×${rows}`, lines: lineNumbers(terminal) });
  }
  return found;
}

test('after each change of size each line is there once, in order', () => {
  const recording = recordings().find(({ name }) => name === 'claude-resized');
  if (recording === undefined) throw new Error('there is no such recording');
  const terminal = new PlainTerminal(recording.size, 5000);
  const found = afterEachSize(recording.pieces, terminal);
  terminal.close();
  const all = Array.from({ length: LINES }, (_, index) => index + 1);
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter(({ lines }) => JSON.stringify(lines) !== JSON.stringify(all))).toEqual([]);
});
