import { isAscii } from './key-stroke';
import type { KeyStroke } from './key-stroke';

/** Which Option keys of a Mac are Meta; the others compose characters. */
export type OptionAsMeta = 'none' | 'left' | 'right' | 'both';

/** Which Option keys are down, and which characters keys have without them. */
export class OptionKeys {
  private readonly down = new Set<string>();
  private readonly seen = new Map<string, string>();

  constructor(private readonly meta: () => OptionAsMeta) {}

  /** A key goes down or up. */
  see(event: Pick<KeyboardEvent, 'type' | 'code'>, { key, code, alt, control, shift, meta }: KeyStroke): void {
    if (code === 'AltLeft' || code === 'AltRight') {
      if (event.type === 'keydown') this.down.add(code);
      else this.down.delete(code);
    } else if (!alt) {
      // It went up while another window had the focus.
      this.down.clear();
      if (!control && !shift && !meta && code !== '' && isAscii(key)) this.seen.set(code, key);
    }
  }

  /** Whether a key is pressed with an Option key that is Meta. The key must have been seen before. */
  isMeta({ alt }: Pick<KeyStroke, 'alt'>): boolean {
    const meta = this.meta();
    if (!alt || meta === 'none') return false;
    if (meta === 'both') return true;
    return this.down.has(meta === 'left' ? 'AltLeft' : 'AltRight');
  }

  /** Characters by the keys' places. There are no more of them than keys. */
  get layout(): ReadonlyMap<string, string> {
    return this.seen;
  }
}
