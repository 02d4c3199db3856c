import type { HandshakeRefusal, Notice, SessionInfo } from '@claude-webui/protocol';
import type { Socket } from 'socket.io-client';
import { backoffMs } from './backoff';
import { openSocket } from './socket';

/** Follows what happens to the sessions that a person may see, and what administrators say. */
export class SessionFeed {
  private socket: Socket | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly token: () => Promise<string>,
    private readonly listener: {
      /** The list is being followed; each session that there is comes as a `session`. */
      listed(): void;
      session(session: SessionInfo): void;
      notice(notice: Notice): void;
      signedOut(): void;
    },
  ) {
    void this.connect();
  }

  authenticate(token: string): void {
    this.socket?.emit('authenticate', { token });
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.drop();
  }

  private async connect(): Promise<void> {
    this.timer = null;
    let token: string;
    try {
      token = await this.token();
    } catch {
      return this.signedOut();
    }
    if (this.closed) return;
    const socket = openSocket(this.url, { token, mode: 'watch' });
    this.socket = socket;
    socket.on('connect', () => {
      this.attempt = 0;
      this.listener.listed();
    });
    socket.on('latency', (_: unknown, answer: () => void) => answer());
    socket.on('session', (session: SessionInfo) => this.listener.session(session));
    socket.on('notice', (notice: Notice) => this.listener.notice(notice));
    socket.on('status', ({ state, reason }: { state: string; reason?: string }) => {
      if (state === 'closed' && reason === 'signed-out') this.signedOut();
    });
    socket.on('connect_error', (error: Error & { data?: HandshakeRefusal }) => {
      if (error.data?.code === 'signed-out') this.signedOut();
      else this.retry();
    });
    socket.on('disconnect', () => this.retry());
  }

  private signedOut(): void {
    this.close();
    this.listener.signedOut();
  }

  private retry(): void {
    this.drop();
    if (this.closed || this.timer !== null) return;
    this.timer = setTimeout(() => void this.connect(), backoffMs(this.attempt, Math.random()));
    this.attempt += 1;
  }

  private drop(): void {
    const { socket } = this;
    this.socket = null;
    socket?.off();
    socket?.disconnect();
  }
}
