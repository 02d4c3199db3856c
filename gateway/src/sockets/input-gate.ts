import { FrameType } from '@claude-webui/protocol';
import type { SocketLimits } from '../policy/policy';
import { TokenBucket } from './token-bucket';

/** What may be saved up, in seconds' worth. */
const BURST_SECONDS = 2;
/** Input that waits for its turn: four times what a client that waits for acknowledgements has under way. */
const MAX_WAITING_BYTES = 1024 * 1024;
const MAX_WAITING_FRAMES = 4096;

/**
 * Holds one connection to its limits. Input above them waits and keeps its order; nothing of it is lost. Only who sends on and on
 * is cut off, and is told so: a client that numbers its input has kept it, and sends it again when it comes back.
 */
export class InputGate {
  private readonly messages: TokenBucket;
  private readonly bytes: TokenBucket;
  private readonly waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(
    { messagesPerSecond, inputBytesPerSecond }: SocketLimits,
    private readonly pass: (frame: Uint8Array) => void,
    private readonly tooMuch: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.messages = new TokenBucket(messagesPerSecond, BURST_SECONDS * messagesPerSecond, now());
    this.bytes = new TokenBucket(inputBytesPerSecond, BURST_SECONDS * inputBytesPerSecond, now());
  }

  /** A message has come, of whatever kind. */
  message(): void {
    this.messages.take(1, this.now());
    if (this.messages.isOverdrawn(this.now())) this.tooMuch();
  }

  /** A frame for the session. Who is cut off may have more of them under way: those are not kept. */
  frame(frame: Uint8Array): void {
    if (this.isClosed) return;
    // It holds nobody's words, and the session waits for it.
    if (frame[0] === FrameType.ack) return this.pass(frame);
    this.waiting.push(frame);
    this.waitingBytes += frame.length;
    if (this.waitingBytes > MAX_WAITING_BYTES || this.waiting.length > MAX_WAITING_FRAMES) return this.tooMuch();
    if (this.timer === null) this.passOn();
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  private passOn(): void {
    this.timer = null;
    for (let frame = this.waiting[0]; frame !== undefined; frame = this.waiting[0]) {
      const wait = Math.max(this.messages.waitMs(this.now()), this.bytes.waitMs(this.now()));
      if (wait > 0) {
        this.timer = setTimeout(() => this.passOn(), wait);
        return;
      }
      this.waiting.shift();
      this.waitingBytes -= frame.length;
      this.bytes.take(frame.length, this.now());
      this.pass(frame);
    }
  }
}
