import { xtermCore } from '@claude-webui/protocol';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/headless';
import { replaceSearchEngine } from '../xterm-internals';
import { SearchEngine } from './search-engine';

const COLUMNS = 80;

const addons: SearchAddon[] = [];
afterEach(() => {
  for (const addon of addons.splice(0)) addon.dispose();
});

/** A terminal without a page, with what the addon uses of one that has a page. */
function searched(text: string, { isMended = true, cols = COLUMNS, scrollback = 12_000 } = {}) {
  const plain = new Terminal({ cols, rows: 24, scrollback, allowProposedApi: true, logLevel: 'off' });
  let selection: { start: { x: number; y: number }; end: { x: number; y: number } } | undefined;
  const terminal = Object.assign(plain, {
    getSelectionPosition: () => selection,
    clearSelection: () => (selection = undefined),
    scrollLines: () => undefined,
    select: (x: number, y: number, length: number) => {
      const end = x + length;
      selection = { start: { x, y }, end: { x: end % cols, y: y + Math.floor(end / cols) } };
    },
  });
  xtermCore(terminal)._inputHandler.parse(Buffer.from(text));
  const addon = new SearchAddon();
  addons.push(addon);
  Reflect.apply(addon.activate, addon, [terminal]);
  if (isMended) replaceSearchEngine(addon, new SearchEngine(terminal));
  return {
    addon,
    select: terminal.select,
    found: () => selection && `${selection.start.y}:${selection.start.x}-${selection.end.y}:${selection.end.x}`,
  };
}

const LONG_LINE = `first\r\n${'x'.repeat(10_000 * COLUMNS - 400)}Needle${'y'.repeat(394)}\r\nlast`;

test('the addon’s own engine overflows the stack in a line of many rows (xtermjs/xterm.js#6148)', () => {
  const { addon, select } = searched('x'.repeat(400_000), { cols: 10, scrollback: 40_000, isMended: false });
  select(0, 39_990, 1);
  expect(() => addon.findNext('no such text')).toThrow(RangeError);
});

test('text is found in a line of 10,000 rows, forwards and backwards', () => {
  const { addon, found } = searched(LONG_LINE);
  expect(addon.findNext('needle')).toBe(true);
  expect(found()).toBe('9996:0-9996:6');
  expect(addon.findPrevious('needle')).toBe(true);
  expect(found()).toBe('9996:0-9996:6');
  expect(addon.findPrevious('first')).toBe(true);
  expect(found()).toBe('0:0-0:5');
  expect(addon.findNext('no such text')).toBe(false);
});

test('text is found in a line of which the first rows are gone', () => {
  const { addon, found } = searched(LONG_LINE, { scrollback: 1000 });
  expect(addon.findNext('Needle')).toBe(true);
  const forwards = found();
  expect(addon.findNext('last')).toBe(true);
  expect(addon.findPrevious('Needle')).toBe(true);
  expect(found()).toBe(forwards);
});

test('text is found over the end of a row, next to characters of two columns, and behind one that did not fit', () => {
  const { addon, found } = searched('漢字漢 abc漢字é́x\r\n', { cols: 10 });
  const place = (text: string) => (addon.findNext(text) ? found() : undefined);
  expect(place('abc漢')).toBe('0:7-1:2');
  expect(place('c漢字')).toBe('0:9-1:4');
  expect(place('x')).toBe('1:5-1:6');
});

test('each of many searches finds what the addon’s own engine finds', () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  for (let round = 0; round < 200; round += 1) {
    const text = Array.from({ length: 120 }, () => ['a', 'b', 'A', ' ', '\r\n'][random(10)] ?? 'b').join('');
    const options = { cols: 10 };
    const [mended, own] = [searched(text, options), searched(text, { ...options, isMended: false })];
    let term = 'a';
    for (let step = 0; step < 12; step += 1) {
      // Backwards, the addon's engine goes to the next match where the text has changed.
      const isBackwards = step > 6;
      if (!isBackwards) term = ['a', 'ab', 'bb', 'b a', 'abba'][random(5)] ?? term;
      const look = (addon: SearchAddon) => (isBackwards ? addon.findPrevious(term) : addon.findNext(term));
      for (const { addon } of [mended, own]) look(addon);
      const found = { text, step, term, isBackwards };
      expect({ ...found, at: mended.found() }).toEqual({ ...found, at: own.found() });
    }
  }
});
