import type { ClientFrame, Refused, StatusCode } from '@claude-webui/protocol';
import {
  ACK_QUANTUM_BYTES,
  MAX_INPUT_PAYLOAD_BYTES,
  MAX_PLAIN_INPUT_BYTES,
  decodeRunnerFrame,
  encodeClientFrame,
} from '@claude-webui/protocol';
import * as z from 'zod';
import type { Dialect } from './frames-client';
import { terminalSize } from './handshake';
import type { ClientSocket } from './types';

const input = z.strictObject({ data: z.string() });
const ack = z.object({ offset: z.int().min(0) });
/** Full reset (RIS, ECMA-48): a snapshot is written on an empty screen. */
const RESET = '\x1bc';

/** A client that knows only `input`, `output`, `resize` and `status`: its events are translated to frames and back. */
export function speakPlain(
  socket: ClientSocket,
  toRunner: (frame: Uint8Array) => void,
  refuse: (reason: StatusCode) => void,
): Dialect {
  const send = (frame: ClientFrame) => toRunner(encodeClientFrame(frame));
  const acknowledger = new TransportAcknowledger(socket, (offset) => send({ type: 'ack', offset }));
  // Code points may be cut between frames.
  let text = new TextDecoder();
  let sequence = 0;

  socket.on('input', (message: unknown) => {
    const parsed = input.safeParse(message);
    if (!parsed.success) return refuse('bad-message');
    const bytes = Buffer.from(parsed.data.data);
    if (bytes.length > MAX_PLAIN_INPUT_BYTES) return refuse('message-too-large');
    for (let at = 0; at < bytes.length; at += MAX_INPUT_PAYLOAD_BYTES) {
      sequence += 1;
      send({ type: 'input', sequence, data: bytes.subarray(at, at + MAX_INPUT_PAYLOAD_BYTES) });
    }
  });
  socket.on('resize', (message: unknown) => {
    const size = terminalSize.safeParse(message);
    if (!size.success) return refuse('bad-size');
    send({ type: 'resize', size: size.data });
  });
  socket.on('ack', (message: unknown) => {
    const parsed = ack.safeParse(message);
    if (!parsed.success) return refuse('bad-message');
    acknowledger.leaveToClient();
    send({ type: 'ack', offset: parsed.data.offset });
  });
  socket.on('take-over', () => send({ type: 'take-over' }));

  return {
    deliver: (frame) => {
      const decoded = decodeRunnerFrame(frame);
      switch (decoded.type) {
        case 'output':
          socket.emit('output', { data: text.decode(decoded.data, { stream: true }), offset: decoded.offset });
          return acknowledger.emitted(decoded.offset + decoded.data.length);
        case 'snapshot':
          text = new TextDecoder();
          socket.emit('output', { data: RESET + text.decode(decoded.data), offset: decoded.offset });
          return;
        case 'attached':
          socket.emit('status', { state: 'opened', sessionId: decoded.attached.sessionId });
          return;
        case 'state':
          if (decoded.state.idleEndsInMs !== null) socket.emit('status', { state: 'opened', reason: 'idle-ending' });
          return;
        case 'refused':
          return refuse(decoded.refused.code === 'bad-frame' ? 'bad-message' : toStatus(decoded.refused.code));
        case 'input-ack':
        case 'end':
        case 'resized':
        case 'scrollback':
        case 'unknown':
          return;
      }
    },
    close: () => acknowledger.close(),
  };
}

function toStatus(code: Exclude<Refused['code'], 'bad-frame'>): StatusCode {
  return code === 'input-overflow' ? 'too-much-input' : code;
}

/**
 * Acknowledges output for clients that do not: what the connection has taken counts as dealt with. A client that stops
 * reading fills its connection, and so stops the program rather than this process's memory from growing.
 */
class TransportAcknowledger {
  private emittedOffset = 0;
  private acknowledgedOffset = 0;
  private active = true;
  private readonly drained = () => this.acknowledge();

  constructor(
    private readonly socket: ClientSocket,
    private readonly acknowledgeUpTo: (offset: number) => void,
  ) {
    socket.conn.on('drain', this.drained);
  }

  /** Output up to `offset` was given to the connection. */
  emitted(offset: number): void {
    this.emittedOffset = offset;
  }

  /** The client does it by itself. */
  leaveToClient(): void {
    this.active = false;
  }

  close(): void {
    this.socket.conn.off('drain', this.drained);
  }

  private acknowledge(): void {
    if (!this.active || this.emittedOffset - this.acknowledgedOffset < ACK_QUANTUM_BYTES) return;
    this.acknowledgedOffset = this.emittedOffset;
    this.acknowledgeUpTo(this.emittedOffset);
  }
}
