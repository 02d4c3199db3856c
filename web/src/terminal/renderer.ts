import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

export type RendererChoice = 'automatic' | 'dom';

/**
 * Draws the terminal by WebGL where that draws what it is told, else with elements. Returns what goes back to elements.
 */
export function useRenderer(terminal: Terminal, choice: RendererChoice): () => void {
  if (choice === 'dom' || !canvasKeepsColours()) return () => undefined;
  try {
    const webgl = new WebglAddon();
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      webgl.dispose();
    };
    // A driver that was reset, or too many terminals for it.
    webgl.onContextLoss(end);
    terminal.loadAddon(webgl);
    return end;
  } catch {
    // There is no WebGL 2.
    return () => undefined;
  }
}

/**
 * Browsers that hide what tells one machine from another (Firefox with `privacy.resistFingerprinting`, Tor, Brave) answer with
 * noise when a canvas is read. xterm.js reads each glyph from one and draws the noise (xtermjs/xterm.js#4746, #5318).
 */
function canvasKeepsColours(): boolean {
  const size = 16;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return false;
  try {
    context.fillStyle = `rgb(${COLOUR.join(',')})`;
    context.fillRect(0, 0, size, size);
    const { data } = context.getImageData(0, 0, size, size);
    return isOneColour(data, COLOUR);
  } catch {
    return false;
  }
}

const COLOUR = [18, 164, 97] as const;

/** Whether each pixel of an image has this colour and is opaque. */
export function isOneColour(pixels: ArrayLike<number>, colour: readonly [number, number, number]): boolean {
  const wanted = [...colour, 255];
  for (let index = 0; index < pixels.length; index += 1) if (pixels[index] !== wanted[index % 4]) return false;
  return pixels.length > 0;
}
