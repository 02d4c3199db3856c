import type { Refused } from '@claude-webui/protocol';
import type { Attachment } from '../session/attachment';
import { InputSequence } from './input-sequence';

/** Above this much input that the program has not taken, clients are not told that theirs was: they pause. */
const INPUT_HIGH_BYTES = 1024 * 1024;
/**
 * Input is acknowledged after a moment or so many bytes. Right away, every key would send two messages through the
 * gateway, and its echo would wait behind the other.
 */
const INPUT_ACK_DELAY_MS = 20;
const INPUT_ACK_QUANTUM_BYTES = 32 * 1024;
/** No client of ours gets this far, one that does is cut off. */
const MAX_INPUT_QUEUE_BYTES = 8 * 1024 * 1024;

export interface InputTarget {
  /** Bytes that the program has not taken yet. */
  queuedBytes(): number;
  /** Whether this client's input is for the program. */
  isDriver(attachment: Attachment): boolean;
  /** Gives it to the program. Returns why not, or null. */
  type(data: Uint8Array): Refused['code'] | null;
  /** Cuts off a client that sends more than can be kept. */
  dismiss(attachment: Attachment): void;
}

/** Takes numbered input from clients, each message once and in order, and acknowledges it. */
export class InputIntake {
  private readonly sequence = new InputSequence();
  /** Highest input number taken but not acknowledged, by attachment. */
  private readonly unacknowledged = new Map<Attachment, number>();
  private unacknowledgedBytes = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly target: InputTarget) {}

  /** Highest input number taken from a client; 0 if none. */
  takenFrom(client: string): number {
    return this.sequence.of(client);
  }

  /** What was last refused of a client's input, which it may not have heard of when its connection broke; null if nothing was. */
  refusedOf(client: string): Refused | null {
    return this.sequence.refusalOf(client);
  }

  take(attachment: Attachment, number: number, data: Uint8Array): void {
    const verdict = this.sequence.offer(attachment.client, number);
    if (verdict === 'gap') return attachment.send({ type: 'refused', refused: { code: 'input-gap' } });
    if (verdict === 'repeat') {
      // It was taken by a connection that has gone since, and its refusal with that.
      const refused = this.refusedOf(attachment.client);
      if (refused?.sequence === number) attachment.send({ type: 'refused', refused });
    } else if (!this.target.isDriver(attachment)) {
      // Its number is taken all the same: it must not be typed once its sender drives. Without bytes it is the number of what its sender has discarded.
      if (data.length > 0) this.refuse(attachment, 'not-driver');
    } else {
      if (this.target.queuedBytes() + data.length > MAX_INPUT_QUEUE_BYTES) {
        this.refuse(attachment, 'input-overflow');
        return this.target.dismiss(attachment);
      }
      const refusal = this.target.type(data);
      if (refusal !== null) this.refuse(attachment, refusal);
    }
    this.unacknowledged.set(attachment, this.sequence.of(attachment.client));
    this.unacknowledgedBytes += data.length;
    if (this.unacknowledgedBytes >= INPUT_ACK_QUANTUM_BYTES) this.acknowledge();
    else this.timer ??= setTimeout(() => this.acknowledge(), INPUT_ACK_DELAY_MS);
  }

  /** Tells clients that their input was taken, unless the program is so far behind that they should pause. */
  acknowledge(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.target.queuedBytes() > INPUT_HIGH_BYTES) return;
    this.unacknowledgedBytes = 0;
    for (const [attachment, sequence] of this.unacknowledged) attachment.send({ type: 'input-ack', sequence });
    this.unacknowledged.clear();
  }

  /** The client has gone. */
  forget(attachment: Attachment): void {
    this.unacknowledged.delete(attachment);
  }

  /** Acknowledges what there is. */
  close(): void {
    this.acknowledge();
  }

  private refuse(attachment: Attachment, code: Refused['code']): void {
    attachment.send({ type: 'refused', refused: this.sequence.refuse(attachment.client, code) });
  }
}
