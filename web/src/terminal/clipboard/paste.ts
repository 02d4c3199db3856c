import type { Terminal } from '@xterm/xterm';

/** C0 but for tab, line feed and carriage return; DEL; C1. A paste holds text, and no key is among these. */
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/**
 * Text without anything that a program could take for a key or for the end of the paste (`ESC [ 201 ~`, also with the
 * 8-bit introducer U+009B). Controls are removed one by one, so what is left cannot join to a new one.
 */
export function sanitizePaste(text: string): string {
  return sanitizeText(text).replaceAll(/\r\n?|\n/g, '\r');
}

/** Text without controls but those that make lines and columns. */
export function sanitizeText(text: string): string {
  return text.replaceAll(CONTROLS, '');
}

/**
 * The one way to insert text that was not typed: from the clipboard, dropped, names and paths of files. xterm.js 6.0.0 puts
 * the marks of a bracketed paste around it and looks at nothing in between (xtermjs/xterm.js#5716, in the release after).
 */
export function pasteInto(terminal: Pick<Terminal, 'paste'>, text: string): void {
  const safe = sanitizePaste(text);
  if (safe !== '') terminal.paste(safe);
}

/** A path as a shell takes it, and as Claude Code reads it. */
export function quotedPath(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
