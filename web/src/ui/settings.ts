import { useSyncExternalStore } from 'react';
import { useMedia } from './media';
import { browserStorage } from './storage';

/** In pixels, ascending. */
export const FONT_SIZES = [11, 12, 13, 14, 15, 16, 18, 20, 24] as const;
export type FontSize = (typeof FONT_SIZES)[number];

/** What a person has chosen in this browser. */
export interface Settings {
  /** Dark unless chosen otherwise, for those are the colours that Claude Code itself begins with. */
  theme: 'system' | 'light' | 'dark' | 'contrast';
  fontSize: FontSize;
  /** Whether programs in a session may write to the clipboard (OSC 52). Reading it they never may. */
  clipboardWrite: 'ask' | 'always' | 'never';
  screenReader: boolean;
  /** Which Option keys of a Mac are Meta instead of composing characters. */
  optionAsMeta: 'none' | 'left' | 'right' | 'both';
  /** What of Claude's is told by a sound: that it asks something, or that it is done too. */
  sound: 'never' | 'asks' | 'both';
  /** Elements are slower, and right where a graphics driver is not. */
  renderer: 'automatic' | 'dom';
}

const KEY = 'claude-webui.settings';
const DEFAULTS: Settings = {
  theme: 'dark',
  fontSize: 14,
  clipboardWrite: 'ask',
  screenReader: false,
  optionAsMeta: 'none',
  sound: 'never',
  renderer: 'automatic',
};
const CHOICES = {
  theme: ['system', 'light', 'dark', 'contrast'],
  clipboardWrite: ['ask', 'always', 'never'],
  optionAsMeta: ['none', 'left', 'right', 'both'],
  sound: ['never', 'asks', 'both'],
  renderer: ['automatic', 'dom'],
} as const;

let current = read();
const listeners = new Set<() => void>();
if (typeof window !== 'undefined') {
  window.addEventListener('storage', ({ key }) => {
    if (key !== KEY) return;
    current = read();
    for (const listener of listeners) listener();
  });
}

function read(): Settings {
  return parseSettings(browserStorage.read(KEY));
}

/** What was stored, each choice by itself: what is not understood, as of another version, is as nobody has chosen. */
export function parseSettings(text: string | null): Settings {
  const stored = objectOf(text);
  const oneOf = <Choice>(key: keyof Settings, choices: readonly Choice[], otherwise: Choice): Choice =>
    choices.find((choice) => choice === stored.get(key)) ?? otherwise;
  return {
    theme: oneOf('theme', CHOICES.theme, DEFAULTS.theme),
    fontSize: fontSizeOf(stored.get('fontSize')) ?? DEFAULTS.fontSize,
    // It was yes or no once, and no unless the person had said yes.
    clipboardWrite:
      stored.get('clipboardWrite') === true
        ? 'always'
        : oneOf('clipboardWrite', CHOICES.clipboardWrite, DEFAULTS.clipboardWrite),
    screenReader: stored.get('screenReader') === true,
    optionAsMeta: oneOf('optionAsMeta', CHOICES.optionAsMeta, DEFAULTS.optionAsMeta),
    sound: oneOf('sound', CHOICES.sound, DEFAULTS.sound),
    renderer: oneOf('renderer', CHOICES.renderer, DEFAULTS.renderer),
  };
}

/** The nearest that there is: earlier versions had others as well. */
function fontSizeOf(value: unknown): FontSize | null {
  if (typeof value !== 'number' || !Number.isInteger(value)) return null;
  if (value < FONT_SIZES[0] || value > FONT_SIZES[8]) return null;
  return FONT_SIZES.reduce((best, size) => (Math.abs(size - value) < Math.abs(best - value) ? size : best));
}

/** The next larger or smaller size; the same at the end of them. */
export function nextFontSize(size: FontSize, step: 1 | -1): FontSize {
  return FONT_SIZES[FONT_SIZES.indexOf(size) + step] ?? size;
}

function objectOf(text: string | null): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}

export function changeSettings(change: Partial<Settings>): void {
  current = { ...current, ...change };
  browserStorage.write(KEY, JSON.stringify(current));
  for (const listener of listeners) listener();
}

export const currentSettings = (): Settings => current;

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme to show, with `system` decided. Who asks the system for more contrast and has chosen dark gets the contrast theme: it is dark as well. */
export function useTheme(): 'light' | 'dark' | 'contrast' {
  const { theme } = useSettings();
  const prefersLight = useMedia('(prefers-color-scheme: light)');
  const prefersContrast = useMedia('(prefers-contrast: more)');
  if (theme === 'light' || theme === 'contrast') return theme;
  if (prefersContrast) return 'contrast';
  if (theme === 'dark') return theme;
  return prefersLight ? 'light' : 'dark';
}
