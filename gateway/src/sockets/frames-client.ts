import type { StatusCode } from '@claude-webui/protocol';
import { FrameType, INPUT_HEADER_BYTES, MAX_INPUT_PAYLOAD_BYTES, frameOf } from '@claude-webui/protocol';
import type { Metrics } from '../metrics/metrics';
import type { ClientSocket } from './types';

/** How a client is spoken to, beside what is the same for all. */
export interface Dialect {
  /** A frame from the session-runner. */
  deliver(frame: Buffer): void;
  /** Frees what the dialect holds. */
  close(): void;
}

const CLIENT_TYPES: ReadonlySet<number | undefined> = new Set([
  FrameType.input,
  FrameType.ack,
  FrameType.resize,
  FrameType.takeOver,
  FrameType.wantScrollback,
]);

/**
 * A client that speaks frames: they go through as they are. The type and size are checked here, what is inside by the
 * session-runner, which knows who drives.
 */
export function speakFrames(
  socket: ClientSocket,
  toRunner: (frame: Uint8Array) => void,
  refuse: (reason: StatusCode) => void,
  metrics: Metrics,
): Dialect {
  const { conn } = socket;
  const messages = metrics.wsMessages.labels({ type: 'frame' });
  conn.on('data', (message: unknown) => {
    const frame = frameOf(message);
    if (frame === null) return;
    messages.inc();
    if (!CLIENT_TYPES.has(frame[0])) return refuse('bad-message');
    if (frame.length > INPUT_HEADER_BYTES + MAX_INPUT_PAYLOAD_BYTES) return refuse('message-too-large');
    toRunner(frame);
  });
  return {
    deliver: (frame) => {
      messages.inc();
      conn.write(frame);
    },
    close: () => undefined,
  };
}
