import { keyAction } from './key-action';
import type { Keyboard } from './key-action';
import { keyName } from './key-stroke';
import type { KeyStroke, Platform } from './key-stroke';

const NONE = {
  key: '',
  code: '',
  keyCode: 0,
  alt: false,
  control: false,
  shift: false,
  meta: false,
  altGraph: false,
  isComposing: false,
};

function act(stroke: Partial<KeyStroke>, keyboard: Partial<Keyboard> = {}) {
  return keyAction({ ...NONE, ...stroke }, { platform: 'other', optionIsMeta: false, layout: new Map(), ...keyboard });
}
/** What the program gets, or what else happens. */
function sent(stroke: Partial<KeyStroke>, keyboard: Partial<Keyboard> = {}): string {
  const action = act(stroke, keyboard);
  if (action.do === 'send') return action.text;
  return action.do === 'shortcut' ? `shortcut ${action.shortcut}` : action.do;
}
const on = (platform: Platform): Partial<Keyboard> => ({ platform });
const control = (key: string, code: string, rest: Partial<KeyStroke> = {}): Partial<KeyStroke> => ({
  key,
  code,
  control: true,
  ...rest,
});

test.each<[string, Partial<KeyStroke>, string]>([
  ['US', control('c', 'KeyC', { keyCode: 67 }), '\x03'],
  ['US with Caps Lock', control('C', 'KeyC', { keyCode: 67 }), '\x03'],
  ['Russian', control('с', 'KeyC', { keyCode: 67 }), '\x03'],
  ['Russian in WebKit, without a key code', control('с', 'KeyC'), '\x03'],
  ['Greek', control('ψ', 'KeyC', { keyCode: 67 }), '\x03'],
  ['Hebrew', control('ב', 'KeyC'), '\x03'],
  ['Korean', control('ㅊ', 'KeyC'), '\x03'],
  ['Dvorak, where the place is that of I', control('c', 'KeyI', { keyCode: 67 }), '\x03'],
  ['an iPad, which calls it Enter', control('c', 'KeyC', { keyCode: 13 }), '\x03'],
  ['an engine that reports the control character', control('\x03', 'KeyC'), '\x03'],
  ['an engine that tells the key code alone', control('Unidentified', '', { keyCode: 67 }), '\x03'],
])('Ctrl+C interrupts: %s', (_layout, stroke, text) => {
  for (const platform of ['mac', 'windows', 'other'] as const) expect(sent(stroke, on(platform))).toBe(text);
});

test('Ctrl and each letter is the control character, under Latin and Cyrillic layouts', () => {
  const cyrillic = 'фисвуапршолдьтщзйкыегмцчня';
  for (let n = 0; n < 26; n += 1) {
    const letter = String.fromCharCode(97 + n);
    if (letter === 'v') continue;
    const code = `Key${letter.toUpperCase()}`;
    expect(sent(control(letter, code))).toBe(String.fromCharCode(n + 1));
    expect(sent(control(cyrillic.charAt(n), code))).toBe(String.fromCharCode(n + 1));
  }
});

test.each<[string, Partial<KeyStroke>, string]>([
  ['Ctrl+Space', control(' ', 'Space'), '\x00'],
  ['Ctrl+@', control('@', 'Digit2', { shift: true }), '\x00'],
  ['Ctrl+2', control('2', 'Digit2'), '\x00'],
  ['Ctrl+[', control('[', 'BracketLeft'), '\x1b'],
  ['Ctrl+\\', control('\\', 'Backslash'), '\x1c'],
  ['Ctrl+]', control(']', 'BracketRight'), '\x1d'],
  ['Ctrl+^', control('^', 'Digit6', { shift: true }), '\x1e'],
  ['Ctrl+6', control('6', 'Digit6'), '\x1e'],
  ['Ctrl+_', control('_', 'Minus', { shift: true }), '\x1f'],
  ['Ctrl+/', control('/', 'Slash'), '\x1f'],
  ['Ctrl+?', control('?', 'Slash', { shift: true }), '\x7f'],
  ['Ctrl+[ under a Russian layout', control('х', 'BracketLeft'), '\x1b'],
  ['Ctrl+_ on a German keyboard, where it is beside the dot', control('_', 'Slash', { shift: true }), '\x1f'],
  ['Ctrl+AltGr+ß on a German keyboard', control('\\', 'Minus', { altGraph: true }), '\x1c'],
  ['Ctrl+- zooms', control('-', 'Minus'), 'nothing'],
  ['Ctrl+0 zooms', control('0', 'Digit0'), 'nothing'],
  ['Ctrl+2 on the number pad', control('2', 'Numpad2'), 'nothing'],
  ['Ctrl+Shift+I is the browser’s', control('I', 'KeyI', { shift: true }), 'nothing'],
  ['Ctrl+Shift+I with Caps Lock', control('i', 'KeyI', { shift: true }), 'nothing'],
  ['Ctrl+ArrowLeft', control('ArrowLeft', 'ArrowLeft'), 'pass-on'],
  ['Ctrl+Enter', control('Enter', 'Enter'), 'pass-on'],
])('%s', (_what, stroke, text) => expect(sent(stroke)).toBe(text));

test.each<[string, Partial<KeyStroke>, string]>([
  ['Alt+b', { key: 'b', code: 'KeyB', alt: true }, '\x1bb'],
  ['Alt+B', { key: 'B', code: 'KeyB', alt: true, shift: true }, '\x1bB'],
  ['Alt+.', { key: '.', code: 'Period', alt: true }, '\x1b.'],
  ['Alt+# on a German keyboard', { key: '#', code: 'Backslash', alt: true }, '\x1b#'],
  ['Alt+ö', { key: 'ö', code: 'Semicolon', alt: true }, '\x1bö'],
  ['Alt+b under a Russian layout', { key: 'и', code: 'KeyB', alt: true }, '\x1bb'],
  ['Alt and a dead key', { key: 'Dead', code: 'KeyN', alt: true }, '\x1bn'],
  ['Alt+Ctrl+f', { key: 'f', code: 'KeyF', alt: true, control: true }, '\x1b\x06'],
  ['Alt+Left', { key: 'ArrowLeft', code: 'ArrowLeft', alt: true }, 'pass-on'],
  ['AltGr+q, @ on a German keyboard', { key: '@', code: 'KeyQ', altGraph: true }, 'nothing'],
  ['AltGr alone', { key: 'AltGraph', code: 'AltRight', altGraph: true }, 'nothing'],
])('%s on Linux', (_what, stroke, text) => expect(sent(stroke)).toBe(text));

test.each<[string, Partial<KeyStroke>, string]>([
  ['AltGr+q, reported as such', { key: '@', code: 'KeyQ', altGraph: true }, 'nothing'],
  [
    'AltGr+q, reported as Control and Alt too',
    { key: '@', code: 'KeyQ', altGraph: true, control: true, alt: true },
    'nothing',
  ],
  ['AltGr+q, reported as Control and Alt only', { key: '@', code: 'KeyQ', control: true, alt: true }, 'nothing'],
  ['AltGr+e, € on a German keyboard', { key: '€', code: 'KeyE', control: true, alt: true }, 'nothing'],
  ['AltGr+c, ć on a Polish keyboard', { key: 'ć', code: 'KeyC', control: true, alt: true, altGraph: true }, 'nothing'],
  ['Ctrl+Alt+f', { key: 'f', code: 'KeyF', control: true, alt: true }, '\x1b\x06'],
])('%s on Windows', (_what, stroke, text) => expect(sent(stroke, on('windows'))).toBe(text));

test.each<[string, Partial<KeyStroke>]>([
  ['@ on a German keyboard', { key: '@', code: 'KeyL', alt: true }],
  ['[ on a German keyboard', { key: '[', code: 'Digit5', alt: true }],
  ['| on a French keyboard', { key: '|', code: 'KeyL', alt: true, shift: true }],
  ['~, a dead key on a Spanish keyboard', { key: 'Dead', code: 'KeyN', alt: true }],
  ['{ on a Nordic keyboard', { key: '{', code: 'Digit8', alt: true, shift: true }],
])('Option composes on a Mac: %s', (_what, stroke) => {
  expect(sent(stroke, on('mac'))).toBe('nothing');
});

test('Option is Meta on a Mac if the person wants it, whatever character it makes', () => {
  const keyboard: Partial<Keyboard> = { platform: 'mac', optionIsMeta: true };
  expect(sent({ key: '∫', code: 'KeyB', alt: true }, keyboard)).toBe('\x1bb');
  expect(sent({ key: 'Dead', code: 'KeyN', alt: true }, keyboard)).toBe('\x1bn');
  expect(sent({ key: '¥', code: 'KeyY', alt: true }, { ...keyboard, layout: new Map([['KeyY', 'z']]) })).toBe('\x1bz');
  expect(
    sent({ key: 'Ω', code: 'KeyY', alt: true, shift: true }, { ...keyboard, layout: new Map([['KeyY', 'z']]) }),
  ).toBe('\x1bZ');
  expect(sent({ key: 'ç', code: 'KeyC', alt: true, control: true }, keyboard)).toBe('\x1b\x03');
});

test.each<[string, Partial<KeyStroke>]>([
  ['Enter', { key: 'Enter', code: 'Enter', keyCode: 13 }],
  ['Shift+Enter', { key: 'Enter', code: 'Enter', keyCode: 13, shift: true }],
  ['the key after a dead key, in Firefox', { key: 'é', code: 'KeyE', keyCode: 69 }],
  ['a letter', { key: 'e', code: 'KeyE', keyCode: 69 }],
  ['Ctrl+C', control('c', 'KeyC', { keyCode: 67 })],
  ['a shortcut', control('F', 'KeyF', { shift: true })],
  ['Alt+b', { key: 'b', code: 'KeyB', alt: true }],
])('%s in a composition belongs to the input method', (_what, stroke) => {
  expect(sent({ ...stroke, isComposing: true })).toBe('nothing');
  expect(sent({ ...stroke, keyCode: 229 })).toBe('nothing');
});

test('Shift+Enter is a new line in the prompt, Enter is Enter', () => {
  expect(sent({ key: 'Enter', code: 'Enter', shift: true })).toBe('\x1b\r');
  expect(sent({ key: 'Enter', code: 'Enter' })).toBe('pass-on');
});

test('Ctrl+V and Ctrl+Shift+V paste what is on the clipboard, in every layout; Command+V is the browser’s', () => {
  for (const platform of ['windows', 'other'] as const) {
    expect(sent(control('v', 'KeyV'), on(platform))).toBe('nothing');
    expect(sent(control('V', 'KeyV'), on(platform))).toBe('nothing');
    expect(sent(control('м', 'KeyV'), on(platform))).toBe('nothing');
    expect(sent(control('V', 'KeyV', { shift: true }), on(platform))).toBe('shortcut paste');
    expect(sent(control('М', 'KeyV', { shift: true }), on(platform))).toBe('shortcut paste');
  }
  expect(sent(control('v', 'KeyV'), on('mac'))).toBe('shortcut paste');
  expect(sent({ key: 'v', code: 'KeyV', meta: true }, on('mac'))).toBe('pass-on');
});

test.each<[Partial<KeyStroke>, string]>([
  [control('C', 'KeyC', { shift: true }), 'copy'],
  [control('С', 'KeyC', { shift: true }), 'copy'],
  [control('c', 'KeyC', { shift: true }), 'copy'],
  [control('F', 'KeyF', { shift: true }), 'search'],
  [control('Backspace', 'Backspace', { shift: true }), 'leave'],
  [control('>', 'Period', { shift: true }), 'next-tab'],
  [control('<', 'Comma', { shift: true }), 'previous-tab'],
  [control('Ю', 'Period', { shift: true }), 'next-tab'],
  [control('<', 'IntlBackslash'), 'previous-tab'],
  [control('Enter', 'Enter', { shift: true }), 'new-session'],
])('a shortcut: %j', (stroke, shortcut) => expect(sent(stroke)).toBe(`shortcut ${shortcut}`));

test('characters that are not ASCII come by the textarea, which engines correct while they are composed', () => {
  expect(sent({ key: 'a', code: 'KeyA' })).toBe('pass-on');
  expect(sent({ key: 'é', code: 'Digit2' })).toBe('nothing');
  expect(sent({ key: 'ㅎ', code: 'KeyG' })).toBe('nothing');
  expect(sent({ key: 'Dead', code: 'Quote' })).toBe('nothing');
});

test('a key without a name has that of its place, if it has no character', () => {
  expect(keyName('Unidentified', 'Tab')).toBe('Tab');
  expect(keyName('Unidentified', 'KeyC')).toBe('Unidentified');
  expect(keyName('ю', 'Period')).toBe('ю');
});
