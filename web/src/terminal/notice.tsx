import { STATUS_SENTENCES } from '@claude-webui/protocol';
import { useEffect, useState } from 'react';
import type { ConnectionPhase } from '../connection/terminal-connection';

export interface NoticeProps {
  phase: ConnectionPhase;
  /** Messages of input that wait for a connection. */
  waiting: number;
  onReconnect: () => void;
  /** Null where it may not be done. */
  onTakeOver: (() => void) | null;
}

/** Says above the terminal what keeps it from being one's own: a dead link, somebody else driving, an end. */
export function Notice({ phase, waiting, onReconnect, onTakeOver }: NoticeProps) {
  switch (phase.phase) {
    case 'connecting':
    case 'reconnecting':
      if (phase.attempt === 0) return null;
      return (
        <div className="notice warning" role="status">
          <span>
            The connection is gone. Reconnecting <Countdown at={phase.phase === 'connecting' ? 0 : phase.at} />
            {waiting > 0 && ` — ${waiting} ${waiting === 1 ? 'key' : 'keys'} kept and sent then`}.
          </span>
          <button type="button" onClick={onReconnect}>
            Reconnect now
          </button>
        </div>
      );
    case 'starting':
      return (
        <div className="notice" role="status">
          <span>
            {STATUS_SENTENCES[phase.progress.code]} {phase.progress.detail}
            {waiting > 0 && ` ${waiting} ${waiting === 1 ? 'key is' : 'keys are'} kept and sent then.`}
          </span>
        </div>
      );
    case 'ended':
      return (
        <div className="notice" role="status">
          <span>
            {STATUS_SENTENCES[phase.end.reason]} {phase.end.detail}
          </span>
        </div>
      );
    case 'refused':
      return (
        <div className="notice warning" role="alert">
          <span>{STATUS_SENTENCES[phase.code]}</span>
        </div>
      );
    case 'unresponsive':
      return (
        <div className="notice warning" role="status">
          <span>
            The session does not respond. Another connection is being tried
            {waiting > 0 && ` — ${waiting} ${waiting === 1 ? 'key is' : 'keys are'} kept`}.
          </span>
          <button type="button" onClick={onReconnect}>
            Try again now
          </button>
        </div>
      );
    case 'attached': {
      const { role, driven, idleEndsInMs } = phase.state;
      if (idleEndsInMs !== null) {
        return (
          <div className="notice warning" role="status">
            <span>
              Nothing happens here. The session ends <Countdown at={Date.now() + idleEndsInMs} />; press any key to
              stay.
            </span>
          </div>
        );
      }
      if (role === 'driver') return null;
      return (
        <div className="notice" role="status">
          <span>{driven ? 'You are watching; somebody else is typing.' : 'You are watching.'}</span>
          {onTakeOver !== null && (
            <button type="button" onClick={onTakeOver}>
              Take over
            </button>
          )}
        </div>
      );
    }
  }
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
