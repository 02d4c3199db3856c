import type { ILinkHandler, ILinkProvider, Terminal } from '@xterm/xterm';
import { findLinks } from './links';
import { cellsOf } from '../screen-cell';
import { linkForgetter } from '../xterm-internals';

/** Rows above and below that a broken link may reach. */
const REACH_ROWS = 8;

export interface LinkListener {
  /** The link under the mouse, whatever its text says; null when there is none. */
  hovered(url: string | null): void;
  /** A finger has tapped it, which could not hover before: the person is shown where it leads, and decides. */
  tapped(url: string): void;
}

/** What happens with links that a program has marked as such (OSC 8). */
export function linkHandler(listener: LinkListener, isFinger: () => boolean): ILinkHandler {
  return {
    activate: (event, url) => activate(event, url, { listener, isFinger }),
    hover: (_event, url) => hover(url, { listener, isFinger }),
    leave: () => listener.hovered(null),
  };
}

/**
 * Tells whether the terminal was last touched by a finger: browsers tell of a mouse then too, which comes, clicks and stays. Asked of
 * the pointer instead of the device, which may have both.
 */
export function fingerWatch(host: HTMLElement): () => boolean {
  let isFinger = false;
  for (const name of ['pointerdown', 'pointermove'] as const)
    host.addEventListener(name, ({ pointerType }) => (isFinger = pointerType === 'touch'), { capture: true });
  return () => isFinger;
}

/**
 * A link is found each time that a finger or the mouse comes. xterm.js 6.0.0 looks only where the pointer is in another cell than before,
 * and not again in its row: a second tap on a link finds nothing, nor one in a row that has changed since the last.
 */
export function findAtEachTouch(host: HTMLElement, terminal: Terminal): void {
  host.addEventListener('pointerenter', linkForgetter(terminal));
}

/** Finds addresses in what the terminal shows. */
export function linkProvider(terminal: Terminal, listener: LinkListener, isFinger: () => boolean): ILinkProvider {
  return {
    provideLinks: (y, callback) => {
      const buffer = terminal.buffer.active;
      const first = Math.max(0, y - 1 - REACH_ROWS);
      const rows = Array.from({ length: 2 * REACH_ROWS + 1 }, (_, index) => buffer.getLine(first + index))
        .filter((line) => line !== undefined)
        .map((line) => ({ cells: cellsOf(line, terminal.cols), wrapped: line.isWrapped }));
      const links = findLinks(rows, terminal.cols)
        .filter(({ from, to }) => first + from.row < y && first + to.row >= y - 1)
        .map(({ url, from, to }) => ({
          text: url,
          range: {
            start: { x: from.column + 1, y: first + from.row + 1 },
            end: { x: to.column + 1, y: first + to.row + 1 },
          },
          activate: (event: MouseEvent) => {
            // The mouse was dragged over it to select.
            if (!terminal.hasSelection()) activate(event, url, { listener, isFinger });
          },
          hover: () => hover(url, { listener, isFinger }),
          leave: () => listener.hovered(null),
        }));
      callback(links.length > 0 ? links : undefined);
    },
  };
}

interface Told {
  listener: LinkListener;
  isFinger: () => boolean;
}

function hover(url: string, { listener, isFinger }: Told): void {
  if (!isFinger()) listener.hovered(shown(url));
}

function activate(event: MouseEvent, url: string, { listener, isFinger }: Told): void {
  if (!isWebAddress(url)) return;
  if (isFinger()) return listener.tapped(shown(url));
  if (event.button === 0) openLink(url);
}

/** Opens an address of the web, and nothing else, in a tab that knows nothing of this page. */
export function openLink(url: string): void {
  if (isWebAddress(url)) window.open(url, '_blank', 'noopener,noreferrer');
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

/** As the browser will read it: a name that only looks like another one is in its ASCII form. */
function shown(url: string): string {
  return URL.canParse(url) ? new URL(url).href : url;
}
