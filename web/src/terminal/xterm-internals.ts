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

function property(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
}

function extent(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
