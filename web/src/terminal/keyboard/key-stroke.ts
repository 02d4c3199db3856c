/** What is told of a key by its event, of either phase. */
export interface KeyStroke {
  /** The character by the layout in use, or the key's name. */
  key: string;
  /** The place on the keyboard, named after what a US layout has there. */
  code: string;
  /** Only 229 is looked at: an input method has the key. And letters where neither `key` nor `code` tells. */
  keyCode: number;
  alt: boolean;
  control: boolean;
  shift: boolean;
  meta: boolean;
  /** AltGr, which some systems report as Control and Alt. */
  altGraph: boolean;
  isComposing: boolean;
}

export type Platform = 'mac' | 'windows' | 'other';

/** @param event of the page's own textarea */
export function keyStroke(event: KeyboardEvent, platform: Platform): KeyStroke {
  return {
    key: keyName(event.key, event.code),
    code: event.code,
    // Deprecated, and the only sign of an input method in WebKit after a composition has ended.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    keyCode: event.keyCode,
    alt: event.altKey,
    control: event.ctrlKey,
    shift: event.shiftKey,
    meta: event.metaKey,
    // A Mac calls its Option key so.
    altGraph: platform !== 'mac' && event.getModifierState('AltGraph'),
    isComposing: event.isComposing,
  };
}

/** WebKitGTK calls Shift+Tab "Unidentified" and knows its place alone; places of keys without a character are called as their keys. */
export function keyName(key: string, code: string): string {
  return key === 'Unidentified' && NAMED_PLACE.test(code) ? code : key;
}
const NAMED_PLACE = /^(Arrow\w+|Backspace|Delete|End|Enter|Escape|F\d+|Home|Insert|Page\w+|Tab)$/;

/** Whether an input method has the key. Then neither a handler nor xterm.js may act on it. */
export function isComposed({ isComposing, keyCode }: Pick<KeyStroke, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === 229;
}

const US_SYMBOLS: Readonly<Record<string, readonly [plain: string, shifted: string]>> = {
  Backquote: ['`', '~'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  Space: [' ', ' '],
};
const US_SHIFTED_DIGITS = ')!@#$%^&*(';

/** What a US layout has at the key's place; null for keys without a character. */
export function usCharacter({ code, keyCode, shift }: Pick<KeyStroke, 'code' | 'keyCode' | 'shift'>): string | null {
  const letter =
    /^Key([A-Z])$/.exec(code)?.[1] ??
    (code === '' && keyCode >= 65 && keyCode <= 90 ? String.fromCharCode(keyCode) : null);
  if (letter !== null) return shift ? letter : letter.toLowerCase();
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return shift ? US_SHIFTED_DIGITS.charAt(Number(digit)) : digit;
  return US_SYMBOLS[code]?.[shift ? 1 : 0] ?? null;
}

/** Whether it is a character rather than a name ("Enter"). */
export const isCharacter = (text: string) => /^.$/su.test(text);
export const isAscii = (key: string) => /^[\x20-\x7e]$/.test(key);

/**
 * The ASCII character that a key stands for where only ASCII has a meaning: with Control, and in shortcuts. By `key`, so that
 * Dvorak and AZERTY are followed, and if that is of another script by `code`, as systems themselves do with shortcuts.
 */
export function asciiCharacter(stroke: KeyStroke): string | null {
  if (isAscii(stroke.key)) return stroke.key;
  return isCharacter(stroke.key) || NAMELESS.has(stroke.key) ? usCharacter(stroke) : null;
}

/** What `key` is where the character is not known. */
const NAMELESS: ReadonlySet<string> = new Set(['', 'Dead', 'Unidentified']);

export function platformOf(navigator: Pick<Navigator, 'userAgent'>): Platform {
  if (/Mac|iPhone|iPad/.test(navigator.userAgent)) return 'mac';
  return navigator.userAgent.includes('Windows') ? 'windows' : 'other';
}
