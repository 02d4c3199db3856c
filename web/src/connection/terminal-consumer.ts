import type { AttachmentState, SessionEnd, SessionProgress, StatusCode, TerminalSize } from '@claude-webui/protocol';
import type { Scrollback } from './scrollback-pull';

export type ConnectionPhase =
  /** `attempt`: 0 for the first connect, above for a reconnect. */
  | { phase: 'connecting'; attempt: number }
  /** The session does not take attaches yet. */
  | { phase: 'starting'; progress: SessionProgress }
  | { phase: 'attached'; state: AttachmentState }
  /** Attached, but what was typed is not acknowledged, or the server does not answer. Another link is being opened beside this one. */
  | { phase: 'unresponsive'; state: AttachmentState }
  /** `at`: when the next try begins, in milliseconds since the epoch. */
  | { phase: 'reconnecting'; at: number; attempt: number }
  | { phase: 'ended'; end: SessionEnd }
  /** Not to be tried again without the person. */
  | { phase: 'refused'; code: StatusCode };

/** Whoever shows the terminal. */
export interface TerminalConsumer {
  /**
   * Output; `offset` is that after it. Call `parsed(offset)` when it has been dealt with. A replay is to act on nothing but the screen.
   */
  write(data: Uint8Array, offset: number, isReplay: boolean): void;
  /** From here on the terminal has this size, and what follows was made for it. */
  resize(size: TerminalSize): void;
  /** The screen begins anew, empty. */
  reset(size: TerminalSize): void;
  /** The screen is another: as a new terminal is that was given `data`, a replay. `offset` is as for `write`. */
  snapshot(size: TerminalSize, data: Uint8Array, offset: number): void;
  /** The session keeps so many lines above its screen: the terminal shall keep no fewer. Comes before they do. */
  keepLines(lines: number): void;
  /** What is above the last snapshot's screen, where it is wanted. */
  scrollback(scrollback: Scrollback): void;
  phase(phase: ConnectionPhase): void;
  /** Round trip in milliseconds. */
  latency(rttMs: number): void;
  /** Something typed was not taken. */
  refused(code: StatusCode): void;
  /** So many keys were typed, and will not reach the session: another client drives it now. */
  discarded(keys: number): void;
  /** How many messages of input are not acknowledged, while that is worth saying. */
  waiting(messages: number): void;
}
