import type { ScrollbackPiece } from '@claude-webui/protocol';
import { MAX_SCROLLBACK_PAYLOAD_BYTES } from '@claude-webui/protocol';
import type { Snapshot } from '../screen/screen';

/** Of all clients together. A client that comes too late for its own has the screen, and no lines above it. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

type Scrollback = Pick<Snapshot, 'offset' | 'scrollback' | 'more'>;

/**
 * The lines above the snapshots that clients were sent last, for them to fetch piece by piece. They are kept by client, not by
 * connection: who loses its connection goes on fetching on the next.
 */
export class KeptScrollback {
  /** By client id. Insertion order is age. */
  private readonly kept = new Map<string, Scrollback>();
  private bytes = 0;

  constructor(private readonly maxBytes = MAX_KEPT_BYTES) {}

  /** The client was sent this snapshot. Takes the place of the one before, and of the oldest of others above the bound. */
  keep(client: string, { offset, scrollback, more }: Scrollback): void {
    this.forget(client);
    if (scrollback.length === 0) return;
    this.kept.set(client, { offset, scrollback, more });
    this.bytes += scrollback.length;
    for (const oldest of this.kept.keys()) {
      if (this.bytes <= this.maxBytes || oldest === client) break;
      this.forget(oldest);
    }
  }

  /** What comes at `position`. The whole is forgotten with its last piece; `total` is 0 for what is not kept. */
  piece(client: string, offset: number, position: number): ScrollbackPiece {
    const found = this.kept.get(client);
    if (found?.offset !== offset || position >= found.scrollback.length) {
      return { type: 'scrollback', offset, position: 0, total: 0, more: false, data: new Uint8Array() };
    }
    const { scrollback, more } = found;
    const data = scrollback.subarray(position, position + MAX_SCROLLBACK_PAYLOAD_BYTES);
    if (position + data.length === scrollback.length) this.forget(client);
    return { type: 'scrollback', offset, position, total: scrollback.length, more, data };
  }

  private forget(client: string): void {
    this.bytes -= this.kept.get(client)?.scrollback.length ?? 0;
    this.kept.delete(client);
  }
}
