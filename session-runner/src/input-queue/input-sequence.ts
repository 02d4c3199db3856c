/** Input sequence numbers by client: what makes a reconnect neither lose nor repeat a keystroke. */

/** Clients remembered after they left, for their return. */
const MAX_REMEMBERED_CLIENTS = 64;

export class InputSequence {
  /** Client id → highest number taken. Insertion order is age: a client that is used moves to the end. */
  private readonly last = new Map<string, number>();

  /** Highest number taken from this client; 0 if none. */
  of(client: string): number {
    return this.last.get(client) ?? 0;
  }

  /**
   * Judges a message by its number: `take` the next one, drop a `repeat`, refuse a `gap` (something before it is lost).
   * Taking it remembers it.
   */
  offer(client: string, sequence: number): 'take' | 'repeat' | 'gap' {
    const last = this.of(client);
    if (sequence <= last) return 'repeat';
    if (sequence > last + 1) return 'gap';
    this.last.delete(client);
    this.last.set(client, sequence);
    if (this.last.size > MAX_REMEMBERED_CLIENTS) {
      const [oldest] = this.last.keys();
      if (oldest !== undefined) this.last.delete(oldest);
    }
    return 'take';
  }
}
