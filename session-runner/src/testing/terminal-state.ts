/**
 * A terminal as a browser has it, and a comparison of all that two of them hold. It reads xterm.js by itself, and shares
 * nothing with what makes snapshots. For tests.
 */
import type { SavedCursor, TerminalSize, XtermBuffer, XtermCore, XtermLine } from '@claude-webui/protocol';
import { repairXterm, xtermCore } from '@claude-webui/protocol';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { Terminal } from '@xterm/headless';

export class PlainTerminal {
  readonly terminal: Terminal;
  readonly core: XtermCore;
  readonly colors = new Map<number, string>();
  private readonly repairs: ReturnType<typeof repairXterm>;

  constructor(size: TerminalSize, scrollback: number) {
    this.terminal = new Terminal({ ...size, scrollback, allowProposedApi: true, logLevel: 'off' });
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    this.core = xtermCore(this.terminal);
    this.repairs = repairXterm(this.terminal);
    this.core._inputHandler.onColor((requests) => {
      for (const { type, index, color } of requests)
        if (type === 1) this.colors.set(index!, String(color));
        else if (type === 2 && index !== undefined) this.colors.delete(index);
        else if (type === 2) for (const key of [...this.colors.keys()]) if (key < 256) this.colors.delete(key);
    });
  }

  write(data: Uint8Array): void {
    // In one go, without the waits of `terminal.write`.
    for (let at = 0; at < data.length; at += 100_000) this.core._inputHandler.parse(data.subarray(at, at + 100_000));
  }

  resize(size: TerminalSize): void {
    this.repairs.resize(size);
  }

  close(): void {
    this.terminal.dispose();
  }

  savedCursor(buffer: XtermBuffer): SavedCursor {
    return this.repairs.savedCursor(buffer);
  }
}

const UNDERLINE = 1 << 28;
const HAS_EXTENDED = 1 << 28;

function color(value: number): string {
  const mode = (value >> 24) & 3;
  return mode === 0
    ? '-'
    : mode === 3
      ? `#${(value & 0xffffff).toString(16)}`
      : `${mode === 1 ? 'p' : 'x'}${value & 0xff}`;
}

/** Link numbers in the order in which they are met: what counts is which cells are one link. */
class LinkNames {
  private readonly names = new Map<number, string>();

  constructor(private readonly core: XtermCore) {}

  of(link: number): string {
    if (link === 0) return '';
    let name = this.names.get(link);
    if (name === undefined) {
      const data = this.core._oscLinkService.getLinkData(link);
      name = `${this.names.size}=${data?.uri}`;
      this.names.set(link, name);
    }
    return name;
  }
}

interface CellState {
  content: string;
  width: number;
  looks: string;
  underline: string;
  link: string;
}

function cellState(line: XtermLine, column: number, links: LinkNames): CellState {
  const [content = 0, fg = 0, bg = 0] = line._data.subarray(column * 3, column * 3 + 3);
  const extended = (bg & HAS_EXTENDED) === 0 ? undefined : line._extendedAttrs[column];
  const isCombined = (content & 0x200000) !== 0;
  const code = content & 0x1fffff;
  const link = links.of(extended?._urlId ?? 0);
  // As a renderer sees it.
  const isUnderlined = (fg & UNDERLINE) !== 0;
  const style = link !== '' ? 5 : isUnderlined ? (extended === undefined ? 1 : (extended._ext >> 26) & 7) : 0;
  const flags = ((fg & ~UNDERLINE) >>> 26).toString(2) + ((bg & ~HAS_EXTENDED) >>> 26).toString(2);
  return {
    content: isCombined ? line._combined[column]! : code === 0 ? '' : String.fromCodePoint(code),
    width: content >>> 22,
    looks: `${color(fg)} ${color(bg)} ${flags}`,
    underline: style === 0 ? '' : `${style} ${extended === undefined ? '-' : color(extended._ext)}`,
    link,
  };
}

function bufferDifferences(
  name: string,
  one: PlainTerminal,
  other: PlainTerminal,
  scrollback: boolean,
  links: [LinkNames, LinkNames],
): string[] {
  const [a, b] = [one, other].map(({ core }) => core._bufferService.buffers[name === 'normal' ? 'normal' : 'alt']);
  const { rows, cols } = one.terminal;
  const found: string[] = [];
  if (a!.lines.length === 0) return b!.lines.length === 0 ? [] : [`${name} is filled in one`];
  if (a!.lines.length - a!.ybase !== b!.lines.length - b!.ybase)
    found.push(`${name} has ${a!.lines.length - a!.ybase} lines on its screen, not ${b!.lines.length - b!.ybase}`);
  if (scrollback && a!.ybase !== b!.ybase) found.push(`${name} has ${a!.ybase} lines above, not ${b!.ybase}`);
  const above = scrollback ? Math.min(a!.ybase, b!.ybase) : 0;
  for (let row = -above; row < rows; row += 1) {
    const lineA = a!.lines.get(a!.ybase + row)!;
    const lineB = b!.lines.get(b!.ybase + row)!;
    if (lineA.isWrapped !== lineB.isWrapped)
      found.push(`${name} ${row} wrapped: ${lineA.isWrapped} ${lineB.isWrapped}`);
    for (let column = 0; column < cols; column += 1) {
      const [first, second] = [cellState(lineA, column, links[0]), cellState(lineB, column, links[1])];
      if (JSON.stringify(first) !== JSON.stringify(second))
        found.push(`${name} ${row};${column} ${JSON.stringify(first)} ${JSON.stringify(second)}`);
    }
  }
  return found;
}

function bufferState(buffer: XtermBuffer, terminal: PlainTerminal): object {
  const { cols } = terminal.terminal;
  const { savedX, savedCurAttrData, savedCharset } = buffer;
  const { row, underlineStyle, underlineColor, level, charsets } = terminal.savedCursor(buffer);
  return {
    margins: `${buffer.scrollTop} ${buffer.scrollBottom}`,
    tabs: Object.keys(buffer.tabs)
      .filter((column) => Number(column) < cols && buffer.tabs[Number(column)])
      .join(),
    saved: `${Math.min(savedX, cols - 1)} ${row} ${attributes(savedCurAttrData)} ${underlineStyle} ${color(underlineColor)}`,
    savedCharsets: [savedCharset, level, ...[0, 1, 2, 3].map((index) => charsets[index])].map((each) =>
      JSON.stringify(each),
    ),
  };
}

/** Colours and flags without that of extended attributes, which follows from those. */
function attributes({ fg, bg }: { fg: number; bg: number }): string {
  return `${color(fg)} ${(fg >>> 26).toString(2)} ${color(bg)} ${((bg & ~HAS_EXTENDED) >>> 26).toString(2)}`;
}

function charsetName(charset: Record<string, string> | undefined): string {
  return JSON.stringify(charset ?? null);
}

/** Everything that is not in cells. */
function otherState(terminal: PlainTerminal, links: LinkNames): Record<string, unknown> {
  const { core } = terminal;
  const { buffers } = core._bufferService;
  const { extended } = core._inputHandler._curAttrData;
  const parser = core._inputHandler._parser;
  const { convertEol, cursorBlink } = core.optionsService.rawOptions;
  const link = links.of(extended._urlId);
  return {
    active: buffers.active === buffers.alt ? 'alt' : 'normal',
    cursor: `${buffers.active.x} ${buffers.active.y}`,
    hidden: core.coreService.isCursorHidden,
    normal: bufferState(buffers.normal, terminal),
    alt: bufferState(buffers.alt, terminal),
    attributes: attributes(core._inputHandler._curAttrData),
    underline: `${(extended._ext >> 26) & 7} ${color(extended._ext)}`,
    link,
    charset: charsetName(core._charsetService.charset),
    level: core._charsetService.glevel,
    charsets: [0, 1, 2, 3].map((level) => charsetName(core._charsetService._charsets[level])),
    modes: { ...core.coreService.modes, ...core.coreService.decPrivateModes },
    mouse: `${core.coreMouseService.activeProtocol} ${core.coreMouseService.activeEncoding}`,
    options: { convertEol, cursorBlink },
    title: core._inputHandler._windowTitle,
    icon: core._inputHandler._iconName,
    colors: [...terminal.colors].sort(([a], [b]) => a - b).join(';'),
    parser: parserState(parser),
  };
}

function parserState(parser: object): string {
  const get = (from: object, key: string): unknown => Reflect.get(from, key);
  const state = get(parser, 'currentState');
  const join = get(parser, 'precedingJoinState');
  if (state === 0) return `between, joins ${Number(join) & 0x7e}`;
  if (state === 7) return 'ignored string';
  if (state === 8) {
    const osc = get(parser, '_oscParser') as object;
    return `osc ${String(get(osc, '_state'))} ${String(get(osc, '_id'))}`;
  }
  const params = get(parser, '_params') as { toArray(): unknown };
  return `${String(state)} ${JSON.stringify(params.toArray())} ${String(get(parser, '_collect'))}`;
}

/** What two terminals of the same size do not have in common. */
export function differences(one: PlainTerminal, other: PlainTerminal, scrollback: boolean): string[] {
  const links: [LinkNames, LinkNames] = [new LinkNames(one.core), new LinkNames(other.core)];
  const found = ['normal', 'alt'].flatMap((name) => bufferDifferences(name, one, other, scrollback, links));
  const [a, b] = [otherState(one, links[0]), otherState(other, links[1])];
  for (const key of Object.keys(a)) {
    const [first, second] = [JSON.stringify(a[key]), JSON.stringify(b[key])];
    if (first !== second) found.push(`${key}: ${first} ${second}`);
  }
  return found;
}
