import { STATUS_SENTENCES } from '@claude-webui/protocol';
import type { StatusCode } from '@claude-webui/protocol';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { ConnectionPhase } from '../connection/terminal-consumer';

export interface NoticeContent {
  /** Another kind is another notice: it is shown though the one before was put away. */
  kind: string;
  isWarning: boolean;
  text: string;
  /** What changes all the time, and would be read aloud each time. */
  details?: ReactNode;
  actions: readonly NoticeAction[];
}

/** What can be done about it, as a button. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface NoticeActions {
  reconnect: () => void;
  /** Null where it may not be done. */
  takeOver: (() => void) | null;
  /** How to go on when the session is over. */
  afterEnd: readonly NoticeAction[];
}

/** What keeps the terminal from being one's own: a dead link, somebody else driving, an end. Null if nothing does. */
export function noticeFor(phase: ConnectionPhase, waiting: number, actions: NoticeActions): NoticeContent | null {
  switch (phase.phase) {
    case 'connecting':
    case 'reconnecting':
      if (phase.attempt === 0) return null;
      return {
        kind: 'gone',
        isWarning: true,
        text: 'The connection is gone. Reconnecting',
        details: (
          <>
            {' '}
            <Countdown at={phase.phase === 'connecting' ? 0 : phase.at} />
            {waiting > 0 && ` — ${keys(waiting)} kept and sent then`}.
          </>
        ),
        actions: [{ label: 'Reconnect now', run: actions.reconnect }],
      };
    case 'unresponsive':
      return {
        kind: 'unresponsive',
        isWarning: true,
        text: 'The session does not respond. Another connection is being tried',
        details: waiting > 0 ? ` — ${keys(waiting)} kept and sent then.` : '.',
        actions: [{ label: 'Try again now', run: actions.reconnect }],
      };
    case 'starting': {
      const { code, detail } = phase.progress;
      return {
        kind: `starting ${code}`,
        isWarning: false,
        text: sentences(STATUS_SENTENCES[code], detail),
        details: waiting > 0 ? ` ${keys(waiting)} kept and sent then.` : null,
        actions: [],
      };
    }
    case 'ended':
      return {
        kind: 'ended',
        isWarning: false,
        text: sentences(STATUS_SENTENCES[phase.end.reason], phase.end.detail),
        actions: actions.afterEnd,
      };
    case 'refused':
      return { kind: 'refused', isWarning: true, text: STATUS_SENTENCES[phase.code], actions: [] };
    case 'attached': {
      const { role, driven, idleEndsInMs } = phase.state;
      if (idleEndsInMs !== null) {
        return {
          kind: 'idle',
          isWarning: true,
          text: 'Nothing happens here, and the session ends soon. Press any key to stay.',
          details: (
            <>
              {' '}
              It ends <Countdown at={Date.now() + idleEndsInMs} />.
            </>
          ),
          actions: [],
        };
      }
      if (role === 'driver') return null;
      const { takeOver } = actions;
      return {
        kind: driven ? 'watching a driver' : 'watching',
        isWarning: false,
        text: driven ? 'You are watching; somebody else is typing.' : WATCHING,
        actions: takeOver === null ? [] : [{ label: 'Take over', run: takeOver }],
      };
    }
  }
}

export const WATCHING = 'You are watching.';

/** Why input or a request was refused. Who only views is not told to take over, which is refused too. */
export const refusedSentence = (code: StatusCode, mode: 'drive' | 'view') =>
  code === 'not-driver' && mode === 'view' ? WATCHING : STATUS_SENTENCES[code];

export const discardedSentence = (count: number) =>
  `${keys(count)} that you typed ${count === 1 ? 'was' : 'were'} discarded: another window has taken over. Take over to type here.`;

const keys = (count: number) => `${count} ${count === 1 ? 'key' : 'keys'}`;
const sentences = (first: string, second: string | undefined) => (second === undefined ? first : `${first} ${second}`);

/**
 * Says it over the terminal, beside the row of its cursor; it never takes room from the terminal, whose program would redraw. The
 * status line says the same in a word when it was put away.
 */
export function Notice({ content, onDismiss }: { content: NoticeContent | null; onDismiss: () => void }) {
  return (
    // There before what it says, or that would not be read aloud.
    <div className="notice-place" role="status">
      {content !== null && (
        <div className={content.isWarning ? 'notice warning' : 'notice'}>
          <span role={content.kind === 'refused' ? 'alert' : undefined}>
            {content.text}
            <span aria-hidden="true">{content.details}</span>
          </span>
          {content.actions.map(({ label, run }) => (
            <button key={label} type="button" onClick={run}>
              {label}
            </button>
          ))}
          <button type="button" className="quiet" aria-label="Put this notice away" onClick={onDismiss}>
            ×
          </button>
        </div>
      )}
    </div>
  );
}

function Countdown({ at }: { at: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((at - now) / 1000));
  return <>{seconds === 0 ? 'now' : `in ${seconds} s`}</>;
}
