/**
 * What this client needs of xterm.js that is neither in its API nor in `xtermCore`, because terminals without a page do not have it
 * or do not need it. Names of 6.0.0, whose version is pinned.
 */

/** Tells who listens for `onWriteParsed`, as parsing without a write does not. */
export function parsedAnnouncer(terminal: object): () => void {
  const emitter = property(property(property(terminal, '_core'), '_writeBuffer'), '_onWriteParsed');
  const fire = property(emitter, 'fire');
  if (typeof fire !== 'function') throw new Error('xterm.js has no _writeBuffer._onWriteParsed.fire any more');
  return () => void Reflect.apply(fire, emitter, []);
}

/** The extent of one cell in CSS pixels, as it is drawn; zero until it has been measured. The fit addon takes it from there too. */
export function cellExtent(terminal: object): { width: number; height: number } {
  const dimensions = property(property(property(terminal, '_core'), '_renderService'), 'dimensions');
  const cell = property(property(dimensions, 'css'), 'cell');
  return { width: extent(property(cell, 'width')), height: extent(property(cell, 'height')) };
}

/** Makes an open terminal look for a link at the next move of the mouse, also if that is in the row or the cell of the last one. */
export function linkForgetter(terminal: object): () => void {
  const linkifier = property(property(terminal, '_core'), 'linkifier');
  if (typeof linkifier !== 'object' || linkifier === null || property(linkifier, '_activeLine') === undefined)
    throw new Error('xterm.js has no linkifier._activeLine any more');
  return () => void Object.assign(linkifier, { _lastBufferCell: undefined, _activeLine: -1 });
}

/** Finds text for the search addon, which shows it. */
export interface FindsText {
  find(term: string, row: number, column: number): object | undefined;
  findNextWithSelection(term: string, options: unknown, termBefore?: string): object | undefined;
  findPreviousWithSelection(term: string, options: unknown, termBefore?: string): object | undefined;
}

/** Gives a loaded search addon (0.16.0) another engine. */
export function replaceSearchEngine(addon: object, engine: FindsText): void {
  const before = property(addon, '_engine');
  for (const name of ['find', 'findNextWithSelection', 'findPreviousWithSelection'])
    if (typeof property(before, name) !== 'function') throw new Error(`xterm.js has no _engine.${name} any more`);
  Reflect.set(addon, '_engine', engine);
}

/** Columns of one row, or of several when the word goes on in them: then `start` is negative. */
export interface Word {
  start: number;
  length: number;
}

/** Finds the word that a double click selects. */
export interface FindsWords {
  _getWordAt(
    at: [column: number, row: number],
    allowSpace: boolean,
    followAbove?: boolean,
    followBelow?: boolean,
  ): Word | undefined;
}

export function wordFinder(terminal: object): FindsWords {
  const service = property(property(terminal, '_core'), '_selectionService');
  assertFindsWords(service);
  return service;
}

/** Tells a screen reader each character that a program prints, and line feeds. */
export interface TellsCharacters {
  fire(char: string): void;
}

export function characterTeller(terminal: object): TellsCharacters {
  const emitter = property(property(terminal, '_core'), '_onA11yCharEmitter');
  assertTellsCharacters(emitter);
  return emitter;
}

function assertTellsCharacters(emitter: unknown): asserts emitter is TellsCharacters {
  if (typeof property(emitter, 'fire') !== 'function')
    throw new Error('xterm.js has no _onA11yCharEmitter.fire any more');
}

function assertFindsWords(service: unknown): asserts service is FindsWords {
  if (typeof property(service, '_getWordAt') !== 'function')
    throw new Error('xterm.js has no _selectionService._getWordAt any more');
}

function property(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
}

function extent(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
