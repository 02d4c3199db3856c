/**
 * What this project reads and mends of xterm.js beyond its API: the state that a snapshot must carry, which no API tells.
 * This is the only place that knows the names. `xtermCore` looks at each of them, so an upgrade that renames one fails at
 * the first terminal, and in internals.test.ts.
 *
 * Names and meanings are those of 6.0.0, the same in `@xterm/xterm` and `@xterm/headless`.
 */

/** Attributes that do not fit into a cell's numbers. */
export interface XtermExtended {
  /** Underline colour (bits 0–25), underline style (bits 26–28). */
  _ext: number;
  /** Number of the link, 0 for none. */
  _urlId: number;
  clone(): XtermExtended;
}

/** A link, and the lines on which it was written. */
export interface XtermLink {
  id: number;
  /** Of one that a program has given an id. */
  key?: string;
  /** Markers of lines that a piece of it was written on. */
  lines: { line: number; dispose(): void }[];
}

export interface XtermAttributes {
  fg: number;
  bg: number;
  extended: XtermExtended;
}

export interface XtermLine {
  length: number;
  /** The line goes on from the one above. */
  isWrapped: boolean;
  /** Three numbers for each cell: content, foreground and flags, background and flags. */
  _data: Uint32Array;
  /** Cells with more than one code point. */
  _combined: Record<number, string>;
  _extendedAttrs: Record<number, XtermExtended | undefined>;
  getWidth(column: number): number;
  translateToString(trimRight: boolean): string;
  setCellFromCodepoint(
    column: number,
    codePoint: number,
    width: number,
    attributes: { fg: number; bg: number; extended?: XtermExtended | undefined },
  ): void;
  /** Joins a code point to what is in a cell. @param width of all of it; 0: as before */
  addCodepointToCell(column: number, codePoint: number, width: number): void;
  resize(cols: number, fill: object): boolean;
}

/** A character set: what stands for a character. */
export type XtermCharset = Record<string, string>;

/** A ring. */
export interface XtermLines {
  readonly length: number;
  maxLength: number;
  get(index: number): XtermLine | undefined;
  set(index: number, line: XtermLine | undefined): void;
  push(line: XtermLine): void;
  splice(start: number, deleteCount: number): void;
}

export interface XtermBuffer {
  lines: XtermLines;
  x: number;
  /** Row on the screen. */
  y: number;
  /** Index of the screen's first line; what is before it is scrollback. */
  ybase: number;
  /** Index of the first line in view. */
  ydisp: number;
  scrollTop: number;
  scrollBottom: number;
  tabs: Record<number, boolean | undefined>;
  savedX: number;
  /** Index of a line. */
  savedY: number;
  savedCurAttrData: { fg: number; bg: number };
  savedCharset: XtermCharset | undefined;
  getNullCell(): object;
  getBlankLine(attributes: { fg: number; bg: number }): XtermLine;
}

export interface XtermParams {
  params: Int32Array;
  length: number;
}

export interface XtermDecoder {
  clear(): void;
  decode(input: Uint8Array, target: Uint32Array): number;
}

/** What a program has done to a colour: index 0–255, or 256 foreground, 257 background, 258 cursor. */
export interface XtermColorRequest {
  /** 0 asks, 1 sets, 2 restores; restores all of 0–255 without an index. */
  type: number;
  index?: number;
  color?: [number, number, number];
}

export interface XtermCore {
  _bufferService: {
    cols: number;
    rows: number;
    buffers: { normal: XtermBuffer; alt: XtermBuffer; active: XtermBuffer };
    /** Of the active buffer, down. */
    scrollLines(lines: number): void;
  };
  _inputHandler: {
    parse(data: Uint8Array): unknown;
    print(codePoints: Uint32Array, start: number, end: number): void;
    _parser: { currentState: number; precedingJoinState: number };
    _utf8Decoder: XtermDecoder;
    _curAttrData: XtermAttributes;
    _windowTitle: string;
    _iconName: string;
    onColor(listener: (requests: XtermColorRequest[]) => void): unknown;
    registerCsiHandler(id: { prefix?: string; final: string }, handler: (params: XtermParams) => boolean): unknown;
    eraseInDisplay(params: { params: number[] }, respectProtect: boolean): unknown;
    eraseInLine(params: { params: number[] }, respectProtect: boolean): unknown;
    selectCharset(designation: string): unknown;
  };
  _charsetService: {
    charset: XtermCharset | undefined;
    glevel: number;
    _charsets: (XtermCharset | undefined)[];
  };
  _oscLinkService: {
    getLinkData(link: number): { id?: string | undefined; uri: string } | undefined;
    _dataByLinkId: Map<number, XtermLink>;
    _entriesWithId: Map<string, XtermLink>;
    addLineToLink(link: number, y: number): void;
    registerLink(data: object): number;
    _removeMarkerFromLink(link: XtermLink, marker: object): void;
  };
  coreService: {
    isCursorHidden: boolean;
    modes: { insertMode: boolean };
    decPrivateModes: {
      applicationCursorKeys: boolean;
      applicationKeypad: boolean;
      bracketedPasteMode: boolean;
      cursorBlink: boolean | undefined;
      cursorStyle: 'block' | 'underline' | 'bar' | undefined;
      origin: boolean;
      reverseWraparound: boolean;
      sendFocus: boolean;
      synchronizedOutput: boolean;
      wraparound: boolean;
    };
  };
  coreMouseService: { activeProtocol: string; activeEncoding: string };
  optionsService: { rawOptions: { convertEol: boolean; cursorBlink: boolean } };
  unicodeService: {
    /** Bit 0: joins the character before it. Bits 1–2: width of both. The rest: what decides about the next one. */
    charProperties(codePoint: number, preceding: number): number;
  };
}

/** Members of the core by type, as paths. What may be undefined is not among them. */
const SHAPE: Readonly<Record<'number' | 'boolean' | 'string' | 'object' | 'function', readonly string[]>> = {
  number: [
    '_bufferService.cols',
    '_bufferService.rows',
    ...members('_bufferService.buffers.normal', 'x y ybase ydisp scrollTop scrollBottom savedX savedY'),
    ...members('_bufferService.buffers.normal.lines', 'length maxLength'),
    ...members('_bufferService.buffers.normal.savedCurAttrData', 'fg bg'),
    ...members('_inputHandler._parser', 'currentState precedingJoinState'),
    ...members('_inputHandler._curAttrData', 'fg bg extended._ext extended._urlId'),
    '_charsetService.glevel',
  ],
  boolean: [
    'coreService.isCursorHidden',
    'coreService.modes.insertMode',
    ...members('coreService.decPrivateModes', 'applicationCursorKeys applicationKeypad bracketedPasteMode origin'),
    ...members('coreService.decPrivateModes', 'reverseWraparound sendFocus synchronizedOutput wraparound'),
    ...members('optionsService.rawOptions', 'convertEol cursorBlink'),
  ],
  string: [
    ...members('_inputHandler', '_windowTitle _iconName'),
    ...members('coreMouseService', 'activeProtocol activeEncoding'),
  ],
  object: [
    ...members('_bufferService.buffers', 'alt active'),
    '_bufferService.buffers.normal.tabs',
    '_charsetService._charsets',
    ...members('_oscLinkService', '_dataByLinkId _entriesWithId'),
  ],
  function: [
    ...members('_inputHandler', 'parse print onColor registerCsiHandler eraseInDisplay eraseInLine selectCharset'),
    ...members('_inputHandler._utf8Decoder', 'clear decode'),
    ...members('_bufferService.buffers.normal', 'getNullCell getBlankLine lines.get lines.set lines.push lines.splice'),
    ...members('_oscLinkService', 'getLinkData addLineToLink registerLink _removeMarkerFromLink'),
    '_inputHandler._curAttrData.extended.clone',
    '_bufferService.scrollLines',
    'unicodeService.charProperties',
  ],
};
const LINE_SHAPE = {
  number: ['length'],
  boolean: ['isWrapped'],
  object: ['_data', '_combined', '_extendedAttrs'],
  function: ['getWidth', 'translateToString', 'setCellFromCodepoint', 'resize'],
};

/** The inside of a terminal of xterm.js. Throws if it is not what is known here. */
export function xtermCore(terminal: object): XtermCore {
  const core: unknown = Reflect.get(terminal, '_core');
  assertCore(core);
  assertShape(core._bufferService.buffers.normal.lines.get(0), LINE_SHAPE);
  return core;
}

/** What all rings of lines have in common, of all terminals. */
export function xtermLinesPrototype(core: XtermCore): Pick<XtermLines, 'set'> {
  const prototype = Reflect.getPrototypeOf(core._bufferService.buffers.normal.lines);
  assertLinesPrototype(prototype);
  return prototype;
}

/** What all lines have in common, of all terminals. */
export function xtermLinePrototype(core: XtermCore): Pick<XtermLine, 'addCodepointToCell'> {
  const prototype = Reflect.getPrototypeOf(core._bufferService.buffers.normal.getBlankLine({ fg: 0, bg: 0 }));
  assertLinePrototype(prototype);
  return prototype;
}

function assertLinePrototype(prototype: unknown): asserts prototype is Pick<XtermLine, 'addCodepointToCell'> {
  assertShape(prototype, { function: ['addCodepointToCell'] });
}

function assertLinesPrototype(prototype: unknown): asserts prototype is Pick<XtermLines, 'set'> {
  assertShape(prototype, { function: ['set'] });
}

function assertCore(core: unknown): asserts core is XtermCore {
  assertShape(core, SHAPE);
}

function assertShape(value: unknown, shape: Readonly<Record<string, readonly string[]>>): void {
  for (const [type, paths] of Object.entries(shape))
    for (const path of paths)
      if (typeof at(value, path) !== type) throw new Error(`xterm.js has no ${path} (${type}) any more`);
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      value,
    );
}

function members(path: string, names: string): string[] {
  return names.split(' ').map((name) => `${path}.${name}`);
}
