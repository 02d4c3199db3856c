import { INPUT_WINDOW_BYTES, MAX_INPUT_PAYLOAD_BYTES } from '@claude-webui/protocol';

/** What may wait for a connection before typing is refused. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

interface Entry {
  sequence: number;
  data: Uint8Array;
}

/**
 * Input that the session has not acknowledged: numbered, kept until it is, and sent again after a reconnect. Pure; the
 * caller sends what `take` gives.
 */
export class Outbox {
  private entries: Entry[] = [];
  /** How many of the entries have been sent on this connection. */
  private sent = 0;
  private bytes = 0;
  private bytesInFlight = 0;
  private lastSequence = 0;
  /** Highest number that was sent on any connection. */
  private lastSent = 0;

  /** Messages not acknowledged yet. */
  get length(): number {
    return this.entries.length;
  }

  /** Takes input to be sent; false if there is too much already, and then none of it is taken. */
  add(data: Uint8Array): boolean {
    if (this.bytes + data.length > MAX_WAITING_BYTES) return false;
    for (let at = 0; at < data.length; at += MAX_INPUT_PAYLOAD_BYTES) {
      this.lastSequence += 1;
      this.entries.push({ sequence: this.lastSequence, data: data.slice(at, at + MAX_INPUT_PAYLOAD_BYTES) });
    }
    this.bytes += data.length;
    return true;
  }

  /** What may be sent now. */
  take(): Entry[] {
    const from = this.sent;
    for (let next = this.entries[this.sent]; next !== undefined && this.bytesInFlight < INPUT_WINDOW_BYTES;) {
      this.bytesInFlight += next.data.length;
      this.sent += 1;
      this.lastSent = Math.max(this.lastSent, next.sequence);
      next = this.entries[this.sent];
    }
    return this.entries.slice(from, this.sent);
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
    this.entries = unsent.map(({ data }, at) => ({ sequence: at + 1, data }));
    this.bytes = sum(this.entries);
    this.lastSequence = this.entries.length;
    this.lastSent = this.sent = this.bytesInFlight = 0;
  }
}

function sum(entries: readonly Entry[]): number {
  return entries.reduce((bytes, entry) => bytes + entry.data.length, 0);
}
