import { keySequence } from './key-sequence';
import type { BarKey } from './key-sequence';
import { StickyModifiers } from './sticky-modifiers';
import type { HeldModifiers } from './sticky-modifiers';

const none = { control: false, alt: false };

test.each<[BarKey, Partial<HeldModifiers>, boolean, string]>([
  ['up', {}, false, '\x1b[A'],
  ['up', {}, true, '\x1bOA'],
  ['down', {}, true, '\x1bOB'],
  ['right', {}, true, '\x1bOC'],
  ['left', {}, true, '\x1bOD'],
  ['home', {}, true, '\x1bOH'],
  ['end', {}, false, '\x1b[F'],
  ['left', { control: true }, true, '\x1b[1;5D'],
  ['right', { alt: true }, false, '\x1b[1;3C'],
  ['right', { alt: true, control: true }, false, '\x1b[1;7C'],
  ['page-up', {}, true, '\x1b[5~'],
  ['page-down', { control: true }, false, '\x1b[6;5~'],
  ['escape', {}, false, '\x1b'],
  ['escape', { alt: true }, false, '\x1b\x1b'],
  ['tab', {}, false, '\t'],
  ['back-tab', {}, false, '\x1b[Z'],
  ['new-line', {}, false, '\x1b\r'],
  ['interrupt', {}, true, '\x03'],
])('%s with %j, application cursor keys %s', (key, held, application, text) => {
  expect(keySequence(key, { ...none, ...held }, application)).toBe(text);
});

test('a sticky modifier is for the next key, and for that only', () => {
  const seen: HeldModifiers[] = [];
  const modifiers = new StickyModifiers((held) => seen.push(held));
  modifiers.toggle('control');
  expect(modifiers.apply('c')).toBe('\x03');
  expect(modifiers.apply('c')).toBe('c');
  modifiers.toggle('alt');
  expect(modifiers.apply('b')).toBe('\x1bb');
  modifiers.toggle('alt');
  modifiers.toggle('control');
  expect(modifiers.apply('漢')).toBe('\x1b漢');
  expect(seen.at(-1)).toEqual(none);
});

test('a sticky modifier taken back does nothing', () => {
  const modifiers = new StickyModifiers(() => undefined);
  modifiers.toggle('control');
  modifiers.toggle('control');
  expect(modifiers.apply('c')).toBe('c');
});

test('what the terminal reports uses up no modifier', () => {
  const modifiers = new StickyModifiers(() => undefined);
  modifiers.toggle('control');
  expect(modifiers.apply('\x1b[I')).toBe('\x1b[I');
  expect(modifiers.current.control).toBe(true);
});
