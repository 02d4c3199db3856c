import type { Terminal } from '@xterm/xterm';

/** Calls `rebuild`, which puts lines above those that are there; what the person looks at and has selected stays. */
export function keepingView(terminal: Terminal, rebuild: () => void): void {
  const before = terminal.buffer.active;
  const { length } = before;
  const fromEnd = before.baseY - before.viewportY;
  const selection = terminal.getSelectionPosition();
  rebuild();
  if (fromEnd > 0) terminal.scrollLines(-fromEnd);
  if (selection === undefined) return;
  const { start, end } = selection;
  const above = terminal.buffer.active.length - length;
  terminal.select(start.x, start.y + above, (end.y - start.y) * terminal.cols + end.x - start.x);
}
