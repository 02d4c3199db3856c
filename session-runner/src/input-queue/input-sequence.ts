/** Input sequence numbers by client: what makes a reconnect neither lose nor repeat a keystroke. */
import type { Refused } from '@claude-webui/protocol';

/** Clients remembered after they left, for their return. */
const MAX_REMEMBERED_CLIENTS = 64;

interface Taken {
  /** Highest number. */
  last: number;
  refused: Refused | null;
}

export class InputSequence {
  /** Client id → what was taken. Insertion order is age: a client that is used moves to the end. */
  private readonly clients = new Map<string, Taken>();

  /** Highest number taken from this client; 0 if none. */
  of(client: string): number {
    return this.clients.get(client)?.last ?? 0;
  }

  /** What was last refused of what was taken from this client; null if nothing was. */
  refusalOf(client: string): Refused | null {
    return this.clients.get(client)?.refused ?? null;
  }

  /** The input that was just taken from this client was refused: its number is taken, but nothing was done with it. */
  refuse(client: string, code: Refused['code']): Refused {
    const last = this.of(client);
    const refused = { code, sequence: last };
    this.clients.set(client, { last, refused });
    return refused;
  }

  /**
   * Judges a message by its number: `take` the next one, drop a `repeat`, refuse a `gap` (something before it is lost).
   * Taking it remembers it.
   */
  offer(client: string, sequence: number): 'take' | 'repeat' | 'gap' {
    const last = this.of(client);
    if (sequence <= last) return 'repeat';
    if (sequence > last + 1) return 'gap';
    const refused = this.refusalOf(client);
    this.clients.delete(client);
    this.clients.set(client, { last: sequence, refused });
    if (this.clients.size > MAX_REMEMBERED_CLIENTS) {
      const [oldest] = this.clients.keys();
      if (oldest !== undefined) this.clients.delete(oldest);
    }
    return 'take';
  }
}
