import { asciiCharacter, isAscii, isCharacter, isComposed, usCharacter } from './key-stroke';
import type { KeyStroke, Platform } from './key-stroke';
import { shortcutOf } from './shortcuts';
import type { Shortcut } from './shortcuts';

/** What is done about a key that goes down in the terminal. */
export type KeyAction =
  | { do: 'send'; text: string }
  | { do: 'shortcut'; shortcut: Shortcut }
  /** The browser acts on it: it pastes, zooms, or puts a character or a composition into the textarea. */
  | { do: 'nothing' }
  /** xterm.js knows it: arrows, function keys, plain ASCII. */
  | { do: 'pass-on' };

export interface Keyboard {
  platform: Platform;
  /** Whether an Option key is held that is Meta by the person's settings. Macs only. */
  optionIsMeta: boolean;
  /** Characters without modifiers that keys have been seen to make, by `code`. */
  layout: ReadonlyMap<string, string>;
}

const NOTHING: KeyAction = { do: 'nothing' };
const PASS_ON: KeyAction = { do: 'pass-on' };
const ESC = '\x1b';

/**
 * xterm.js 6.0.0 derives keys from `keyCode`, which is that of a US layout at best: Control and a letter are nothing or another
 * key under Cyrillic and Greek layouts and on iPads (xtermjs/xterm.js#5721). So everything with Control or Alt is ours.
 */
export function keyAction(stroke: KeyStroke, keyboard: Keyboard): KeyAction {
  if (isComposed(stroke)) return NOTHING;
  const shortcut = shortcutOf(stroke);
  if (shortcut !== null) return { do: 'shortcut', shortcut };
  if (isNewLine(stroke)) return { do: 'send', text: `${ESC}\r` };
  // xterm.js takes it for a dead key (xtermjs/xterm.js#3437) and would leave the next one to its keypress event, which it never sees:
  // Enter after an @ would be lost.
  if (stroke.key === 'AltGraph') return NOTHING;
  if (stroke.meta) return PASS_ON;
  const isNamed = !isCharacter(stroke.key) && stroke.key !== 'Dead' && stroke.key !== 'Unidentified';
  if (isNamed && !isControlCharacter(stroke.key)) return PASS_ON;
  if (stroke.control) return withControl(stroke, keyboard);
  if (stroke.altGraph) return NOTHING;
  if (stroke.alt) return withAlt(stroke, keyboard);
  // Not what is composed of several keys: browsers report each, and correct themselves in the textarea.
  return isAscii(stroke.key) ? PASS_ON : NOTHING;
}

/** What Claude Code takes for a new line in the prompt. */
function isNewLine({ key, shift, control, alt, meta }: KeyStroke): boolean {
  return key === 'Enter' && shift && !control && !alt && !meta;
}

function withControl(stroke: KeyStroke, keyboard: Keyboard): KeyAction {
  const { platform, optionIsMeta } = keyboard;
  if (isControlCharacter(stroke.key)) return { do: 'send', text: stroke.key };
  // Browsers set the size of text by the number pad.
  if (stroke.code.startsWith('Numpad')) return NOTHING;
  // AltGr and a letter on Windows; with Control added to it on Linux it is Control and the character.
  if (stroke.altGraph && (stroke.alt || platform === 'windows')) return NOTHING;
  // Windows takes Control and Alt for AltGr.
  if (stroke.alt && platform === 'windows' && !/^[a-z]$/i.test(stroke.key)) return NOTHING;
  const character = stroke.alt && platform === 'mac' ? withoutOption(stroke, keyboard) : asciiCharacter(stroke);
  if (character === null) return NOTHING;
  // What is on the clipboard, rather than 0x16: the paste event brings it. Macs paste by Command.
  if (/^v$/i.test(character) && !stroke.alt)
    return platform === 'mac' ? { do: 'shortcut', shortcut: 'paste' } : NOTHING;
  // Browsers have their own use for most of Control, Shift and a letter, and no program tells them from Control alone.
  if (/^[a-z]$/i.test(character) && stroke.shift) return NOTHING;
  const control = controlCharacter(character);
  if (control === null) return NOTHING;
  const isMeta = stroke.alt && (platform !== 'mac' || optionIsMeta);
  return { do: 'send', text: isMeta ? ESC + control : control };
}

function withAlt(stroke: KeyStroke, keyboard: Keyboard): KeyAction {
  if (keyboard.platform === 'mac') {
    // Option makes characters, as people of most countries need for @ [ ] { } | ~.
    if (!keyboard.optionIsMeta) return NOTHING;
    const plain = withoutOption(stroke, keyboard);
    return plain === null ? NOTHING : { do: 'send', text: ESC + plain };
  }
  const character = /^\p{Script=Latin}$/u.test(stroke.key) ? stroke.key : asciiCharacter(stroke);
  return character === null ? NOTHING : { do: 'send', text: ESC + character };
}

/** With Option, `key` is what Option makes of the key. */
function withoutOption(stroke: KeyStroke, { layout }: Keyboard): string | null {
  const seen = layout.get(stroke.code);
  if (seen === undefined) return usCharacter(stroke);
  return stroke.shift ? seen.toUpperCase() : seen;
}

/** What Control makes of a character (ECMA-48, and what xterm adds for keyboards that lack some); null for nothing. */
export function controlCharacter(character: string): string | null {
  if (/^[a-z@[\\\]^_]$/i.test(character)) return String.fromCharCode(character.toUpperCase().charCodeAt(0) & 0x1f);
  return (
    {
      ' ': '\x00',
      '2': '\x00',
      '3': ESC,
      '4': '\x1c',
      '5': '\x1d',
      '6': '\x1e',
      '7': '\x1f',
      '/': '\x1f',
      '8': '\x7f',
      '?': '\x7f',
    }[character] ?? null
  );
}

/** Some engines report Control and a letter as the character it makes. */
const isControlCharacter = (key: string) => /^[\x00-\x1f]$/.test(key);
