/**
 * Socket.IO events, path `/socket.io/`, namespace `/`.
 *
 * A client needs only `input`, `resize`, `output` and `status`, with its JWT in `auth.token`. All else is optional.
 */
import type { SessionInfo, SessionProgress, TerminalSize } from './session';
import type { Status, StatusCode } from './status';

/** `auth` of the Socket.IO handshake. */
export interface Handshake {
  /** Access token. Either this or `share`. */
  token?: string;
  /** Secret of a read-only share link. */
  share?: string;
  /** Session to attach to. Without it: the caller's newest session that nobody is attached to, else a new one. */
  sessionId?: string;
  /**
   * `drive` types if nobody else does, `view` never does, `watch` attaches to no session and only follows the list.
   * Default `drive`.
   */
  mode?: 'drive' | 'view' | 'watch';
  /** Output offset to go on from: the number of bytes this client already has. Without it: the screen as it is. */
  resumeFrom?: number;
  /** `Attached.stream` in which `resumeFrom` was counted. A client that has none is taken to mean the present one. */
  resumeStream?: string;
  /**
   * `frames`: terminal traffic goes as frames (frames.ts, frame-channel.ts) instead of `input`, `output`, `resize`, `ack`
   * and `take-over`.
   */
  encoding?: 'frames';
  /** Names this client's input sequence across reconnects (any UUID). Required with `encoding: 'frames'`. */
  clientId?: string;
  /** First size of the terminal. */
  size?: TerminalSize;
}

export interface ClientToServerEvents {
  input: (message: { data: string }) => void;
  resize: (size: TerminalSize) => void;
  /** Offset up to which this client has dealt with output. A client that never sends it is taken to keep up. */
  ack: (message: { offset: number }) => void;
  /** Become the driver of the attached session. */
  'take-over': () => void;
  /** Answered at once. A client that doubts its connection asks. */
  probe: (answer: () => void) => void;
  /** A fresh access token, so that the connection outlives the old one. */
  authenticate: (message: { token: string }) => void;
}

export interface ServerToClientEvents {
  output: (message: { data: string; offset: number }) => void;
  status: (status: Status & { sessionId?: string }) => void;
  /** The session of this connection does not take attaches yet, and this is what it waits for. */
  progress: (progress: SessionProgress & { sessionId: string }) => void;
  /** A round-trip probe: answer it. `rttMs` is the last one's result. Volatile: lost probes are not repeated. */
  latency: (message: { rttMs: number | null }, answer: () => void) => void;
  /** A session of the caller's was made or has changed (all sessions, for administrators in mode `watch`). */
  session: (session: SessionInfo) => void;
  /** Mode `watch`: each session that there was has come as a `session` since the connection began. */
  listed: () => void;
  /** Word from an administrator, to everybody who has signed in; of the cluster, to the owner of a session, after each `listed` while it holds. */
  notice: (notice: Notice) => void;
}

/** Plain text for people. */
export interface Notice {
  /** The same each time that it comes. */
  id: string;
  text: string;
  /** User name of the administrator, or `Cluster`. */
  from: string;
  /** ISO 8601. */
  at: string;
}

/** `data` of the `connect_error` that refuses a handshake. */
export interface HandshakeRefusal {
  code: StatusCode;
  message: string;
}

/** Largest Socket.IO message the server takes; above it the connection closes. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
/** Largest `input.data`, in UTF-8 bytes, of a client without frames. */
export const MAX_PLAIN_INPUT_BYTES = 128 * 1024;
/** Longest `notice.text`, in UTF-16 units. */
export const MAX_NOTICE_CHARACTERS = 500;
/** Seconds between heartbeats of gateways and session-runners: proxies cut idle connections after 60. */
export const HEARTBEAT_INTERVAL_SECONDS = 20;
