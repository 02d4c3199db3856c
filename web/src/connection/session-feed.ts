import { background } from '@claude-webui/protocol';
import type { HandshakeRefusal, Notice, SessionInfo, StatusCode } from '@claude-webui/protocol';
import type { Socket } from 'socket.io-client';
import { SignInNeeded } from '../api/sign-in-needed';
import { backoffMs } from './backoff';
import { openSocket } from './socket';

/** The server does not take the token. Another may do: the account finds out. */
const TOKEN_REFUSED: ReadonlySet<StatusCode> = new Set(['unauthorized', 'signed-out', 'token-expired']);

/** More than hold at once for anybody. */
const MAX_HEARD_NOTICES = 100;

export interface SessionFeedListener {
  /** A connection begins: each session that there is comes as a `session`, and `listed` after the last. */
  connected(): void;
  session(session: SessionInfo): void;
  listed(): void;
  /** There is no connection, or none any more: what has been told may be out of date. May come several times in a row. */
  disconnected(): void;
  notice(notice: Notice): void;
}

export interface SessionFeedOptions {
  /** Address of the gateway; the page's own if empty. */
  url: string;
  /**
   * Asked at each connect. `rejected` is the token that the server has just refused. Rejects with SignInNeeded when only the person
   * can help, which ends the feed, and with anything else to be asked again later.
   */
  token: (rejected: string | null) => Promise<string>;
}

/** Follows what happens to the sessions that a person may see, and what administrators say. */
export class SessionFeed {
  private socket: Socket | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;
  private rejected: string | null = null;
  private closed = false;
  /** Their ids, the oldest first. */
  private readonly heardNotices = new Set<string>();

  constructor(
    private readonly options: SessionFeedOptions,
    private readonly listener: SessionFeedListener,
  ) {
    background('session-list', this.connect());
  }

  authenticate(token: string): void {
    this.socket?.emit('authenticate', { token });
  }

  /** Does at once what waits for its time. */
  hurry(): void {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    background('session-list', this.connect());
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
      token = await this.options.token(this.rejected);
    } catch (error) {
      return error instanceof SignInNeeded ? this.close() : this.retry();
    }
    if (this.closed) return;
    const socket = openSocket(this.options.url, { token, mode: 'watch' });
    this.socket = socket;
    const refused = (code: StatusCode | undefined) => {
      if (code !== undefined && TOKEN_REFUSED.has(code)) this.rejected = token;
    };
    socket.on('connect', () => {
      this.attempt = 0;
      this.rejected = null;
      this.listener.connected();
    });
    socket.on('latency', (_: unknown, answer: () => void) => answer());
    socket.on('session', (session: SessionInfo) => this.listener.session(session));
    socket.on('listed', () => this.listener.listed());
    socket.on('notice', (notice: Notice) => this.heard(notice));
    socket.on('status', ({ reason }: { reason?: StatusCode }) => refused(reason));
    socket.on('connect_error', (error: Error & { data?: HandshakeRefusal }) => {
      refused(error.data?.code);
      this.retry();
    });
    socket.on('disconnect', () => this.retry());
  }

  /** Each connection begins with those that hold: the person has read them. */
  private heard(notice: Notice): void {
    if (this.heardNotices.has(notice.id)) return;
    this.heardNotices.add(notice.id);
    for (const id of this.heardNotices) {
      if (this.heardNotices.size <= MAX_HEARD_NOTICES) break;
      this.heardNotices.delete(id);
    }
    this.listener.notice(notice);
  }

  private retry(): void {
    this.drop();
    if (this.closed || this.timer !== null) return;
    this.listener.disconnected();
    this.timer = setTimeout(() => background('session-list', this.connect()), backoffMs(this.attempt, Math.random()));
    this.attempt += 1;
  }

  private drop(): void {
    const { socket } = this;
    this.socket = null;
    socket?.off();
    socket?.disconnect();
  }
}
