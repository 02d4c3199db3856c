import type { ITheme } from '@xterm/xterm';

const ansi = {
  dark: ['#2b2724', '#e4705c', '#8fbf74', '#e0b15f', '#6fa5d8', '#c08fd0', '#62b8b0', '#d9d0c6'],
  light: ['#2b2724', '#b3311f', '#3f7a22', '#8a5a00', '#1f5fa8', '#83409a', '#0f716a', '#6b625a'],
  contrast: ['#000000', '#ff6b6b', '#5cff5c', '#ffff5c', '#7ab8ff', '#ff8cff', '#5cffff', '#ffffff'],
};
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

function theme(colours: readonly string[], rest: ITheme, bright: (colour: string) => string): ITheme {
  const entries = NAMES.flatMap((name, index) => {
    const colour = colours[index] ?? '#888888';
    return [
      [name, colour],
      [`bright${name.charAt(0).toUpperCase()}${name.slice(1)}`, bright(colour)],
    ];
  });
  return { ...(Object.fromEntries(entries) as ITheme), ...rest };
}

const same = (colour: string) => colour;

export const TERMINAL_THEMES: Record<'dark' | 'light' | 'contrast', ITheme> = {
  dark: theme(
    ansi.dark,
    {
      background: '#181614',
      foreground: '#ece5dc',
      cursor: '#e0875f',
      cursorAccent: '#181614',
      selectionBackground: '#4a423a',
      brightBlack: '#8d8378',
    },
    same,
  ),
  light: theme(
    ansi.light,
    {
      background: '#fdfbf8',
      foreground: '#2b2724',
      cursor: '#b5552d',
      cursorAccent: '#fdfbf8',
      selectionBackground: '#e6d9cb',
      brightBlack: '#756b62',
    },
    same,
  ),
  contrast: theme(
    ansi.contrast,
    {
      background: '#000000',
      foreground: '#ffffff',
      cursor: '#ffff00',
      cursorAccent: '#000000',
      selectionBackground: '#144a8f',
      brightBlack: '#b0b0b0',
    },
    same,
  ),
};

/**
 * What text has at least before its background, whatever colours a program has chosen: programs choose them for a theme that
 * they believe to be there (WCAG 2.2, 1.4.3 and 1.4.6).
 */
export const MINIMUM_CONTRAST: Record<keyof typeof TERMINAL_THEMES, number> = { dark: 4.5, light: 4.5, contrast: 7 };
