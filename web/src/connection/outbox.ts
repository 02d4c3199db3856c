import { INPUT_WINDOW_BYTES, MAX_INPUT_PAYLOAD_BYTES } from '@claude-webui/protocol';

/** What may wait for a connection before typing is refused. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/**
 * Messages under way, however short: gateways count messages too. A held key and a moving mouse have a few, a program that asks its
 * terminal thousands of times at once would have as many.
 */
const WINDOW_MESSAGES = 64;

interface Entry {
  sequence: number;
  data: Uint8Array;
}

/**
 * Input that the session has not acknowledged: numbered, kept until it is, and sent again after a reconnect. What cannot be sent yet
 * is put together to few messages. Pure; the caller sends what `take` gives.
 */
export class Outbox {
  private entries: (Entry & { keys: number })[] = [];
  /** How many of the entries have been sent on this connection. */
  private sent = 0;
  private bytes = 0;
  private bytesInFlight = 0;
  private lastSequence = 0;
  /** Highest number that was sent on any connection. */
  private lastSent = 0;

  /** How often something was added that is not acknowledged yet. */
  get keys(): number {
    return keysOf(this.entries);
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** Takes input to be sent; false if there is too much already, and then none of it is taken. */
  add(data: Uint8Array): boolean {
    if (this.bytes + data.length > MAX_WAITING_BYTES) return false;
    this.bytes += data.length;
    if (this.join(data)) return true;
    for (let at = 0; at < data.length; at += MAX_INPUT_PAYLOAD_BYTES) {
      this.lastSequence += 1;
      const piece = data.slice(at, at + MAX_INPUT_PAYLOAD_BYTES);
      this.entries.push({ sequence: this.lastSequence, data: piece, keys: at === 0 ? 1 : 0 });
    }
    return true;
  }

  /** Adds to the last message, if no session can have that yet and there is room in it. */
  private join(data: Uint8Array): boolean {
    const last = this.entries.at(-1);
    if (last === undefined || last.sequence <= this.lastSent) return false;
    if (last.data.length + data.length > MAX_INPUT_PAYLOAD_BYTES) return false;
    const joined = new Uint8Array(last.data.length + data.length);
    joined.set(last.data);
    joined.set(data, last.data.length);
    last.data = joined;
    last.keys += 1;
    return true;
  }

  /** What may be sent now. */
  take(): Entry[] {
    const from = this.sent;
    for (let next = this.entries[this.sent]; next !== undefined && this.mayBeSent;) {
      this.bytesInFlight += next.data.length;
      this.sent += 1;
      this.lastSent = Math.max(this.lastSent, next.sequence);
      next = this.entries[this.sent];
    }
    return this.entries.slice(from, this.sent);
  }

  private get mayBeSent(): boolean {
    return this.sent < WINDOW_MESSAGES && this.bytesInFlight < INPUT_WINDOW_BYTES;
  }

  /** The session has taken everything up to this number. */
  acknowledge(sequence: number): void {
    const left = this.entries.findIndex((entry) => entry.sequence > sequence);
    const gone = this.entries.splice(0, left === -1 ? this.entries.length : left);
    const wasSent = gone.slice(0, this.sent);
    this.bytes -= sum(gone);
    this.bytesInFlight -= sum(wasSent);
    this.sent -= wasSent.length;
  }

  /**
   * None of it is to be typed any more. The numbers stay, without what was typed: a session takes them in order.
   * @returns how many keys are certainly lost; what this connection has sent is answered for by the session.
   */
  discard(): number {
    const unsent = this.entries.slice(this.sent);
    const lost = keysOf(unsent);
    for (const entry of unsent) entry.keys = 0;
    for (const entry of this.entries) entry.data = NOTHING;
    this.bytes = this.bytesInFlight = 0;
    return lost;
  }

  /** A new connection: the session has up to this number, everything after it is to be sent again. */
  restart(sequence: number): void {
    this.sent = 0;
    this.bytesInFlight = 0;
    this.acknowledge(sequence);
  }

  /**
   * Another program, which knows nothing of the numbers so far. What was sent may have been done by the one before, so it is not
   * sent again; the rest is numbered from 1.
   */
  begin(): void {
    const unsent = this.entries.filter(({ sequence }) => sequence > this.lastSent);
    this.entries = unsent.map(({ data, keys }, at) => ({ sequence: at + 1, data, keys }));
    this.bytes = sum(this.entries);
    this.lastSequence = this.entries.length;
    this.lastSent = this.sent = this.bytesInFlight = 0;
  }
}

const NOTHING = new Uint8Array(0);

function keysOf(entries: readonly { keys: number }[]): number {
  return entries.reduce((sum, { keys }) => sum + keys, 0);
}

function sum(entries: readonly Entry[]): number {
  return entries.reduce((bytes, entry) => bytes + entry.data.length, 0);
}
