import type {
  ClientFrame,
  DecodedRunnerFrame,
  Handshake,
  HandshakeRefusal,
  SessionProgress,
  StatusCode,
} from '@claude-webui/protocol';
import { FrameError, decodeRunnerFrame, encodeClientFrame, frameOf } from '@claude-webui/protocol';
import type { Socket } from 'socket.io-client';
import { answers, openSocket } from './socket';

export interface LinkListener {
  frame(frame: DecodedRunnerFrame): void;
  /** The session takes no attaches yet. */
  progress(progress: SessionProgress): void;
  /** Round trip in milliseconds. */
  latency(rttMs: number): void;
  /** Something that was sent was not done. */
  refused(code: StatusCode): void;
  /** The server refuses the handshake, or says why it ends the link. The link may still bring output. */
  dismissed(code: StatusCode): void;
  /** It has broken. Called once, and nothing after it. */
  lost(): void;
}

/** One connection to one session, as long as it lasts. Whoever opened it closes it; after that it says nothing more. */
export class Link {
  private readonly socket: Socket;
  private readonly engine: Socket['io']['engine'];

  constructor(url: string, handshake: Handshake, listener: LinkListener) {
    this.socket = openSocket(url, handshake);
    this.engine = this.socket.io.engine;
    const { socket } = this;
    const lost = () => {
      this.close();
      listener.lost();
    };
    this.engine.on('data', (message: unknown) => {
      const bytes = frameOf(message);
      // A closed socket's connection may still have messages in its queue.
      if (bytes === null || this.isClosed) return;
      const frame = decoded(bytes);
      if (frame === null) lost();
      else listener.frame(frame);
    });
    socket.on('status', ({ state, reason }: { state: string; reason?: StatusCode }) => {
      if (state === 'closed') listener.dismissed(reason ?? 'runner-unreachable');
      else if (state === 'error' && reason !== undefined) listener.refused(reason);
    });
    socket.on('progress', ({ code, detail }: SessionProgress) =>
      listener.progress(detail === undefined ? { code } : { code, detail }),
    );
    socket.on('latency', ({ rttMs }: { rttMs: number | null }, answer: () => void) => {
      answer();
      if (rttMs !== null) listener.latency(rttMs);
    });
    socket.on('connect_error', (error: Error & { data?: HandshakeRefusal }) => {
      if (error.data === undefined) lost();
      else listener.dismissed(error.data.code);
    });
    socket.on('disconnect', lost);
  }

  private isClosed = false;

  send(frame: ClientFrame): void {
    this.engine.write(encodeClientFrame(frame));
  }

  /** A fresh token keeps the link open past the old one's end. */
  authenticate(token: string): void {
    this.socket.emit('authenticate', { token });
  }

  /** Whether the server answers within this time. */
  answers(timeoutMs: number): Promise<boolean> {
    return answers(this.socket, timeoutMs);
  }

  close(): void {
    this.isClosed = true;
    this.socket.off();
    this.socket.disconnect();
  }
}

/** Null for what no session-runner sends: whoever sent it is not to be believed further. */
function decoded(bytes: Uint8Array): DecodedRunnerFrame | null {
  try {
    return decodeRunnerFrame(bytes);
  } catch (error) {
    if (error instanceof FrameError) return null;
    throw error;
  }
}
