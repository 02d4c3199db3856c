import type { AttachmentState } from '@claude-webui/protocol';
import type { ConnectionPhase } from '../connection/terminal-consumer';

const PHASES: Record<ConnectionPhase['phase'], string> = {
  connecting: 'Connecting…',
  starting: 'Starting',
  attached: 'Connected',
  unresponsive: 'Not responding',
  reconnecting: 'Reconnecting…',
  ended: 'Ended',
  refused: 'Disconnected',
};

export interface StatusLineProps {
  phase: ConnectionPhase;
  rttMs: number | null;
  state: AttachmentState | null;
  /** Null where it is offered elsewhere, or may not be done. */
  onTakeOver: (() => void) | null;
  onSearch: () => void;
  onLarger: (step: 1 | -1) => void;
}

/** One line below the terminal: how the connection is, and who else is there. */
export function StatusLine({ phase, rttMs, state, onTakeOver, onSearch, onLarger }: StatusLineProps) {
  return (
    <footer className="status-line">
      <span className={`dot ${phase.phase}`} aria-hidden="true" />
      <span role="status">{PHASES[phase.phase]}</span>
      {state !== null && rttMs !== null && (
        <span title="Round trip to the server">{rttMs.toFixed(rttMs < 10 ? 1 : 0)} ms</span>
      )}
      {state !== null && (
        <span>
          {state.size.cols}×{state.size.rows}
        </span>
      )}
      {state !== null && <span>{state.role === 'driver' ? 'You type' : 'You watch'}</span>}
      {state?.role === 'observer' && onTakeOver !== null && (
        <button type="button" className="quiet" onClick={onTakeOver}>
          Take over
        </button>
      )}
      {state !== null && state.attachments > 1 && <span>{state.attachments} attached</span>}
      <span className="spacer" />
      <button type="button" className="quiet" aria-label="A− (smaller text)" onClick={() => onLarger(-1)}>
        A−
      </button>
      <button type="button" className="quiet" aria-label="A+ (larger text)" onClick={() => onLarger(1)}>
        A+
      </button>
      <button type="button" className="quiet" title="Ctrl+Shift+F" onClick={onSearch}>
        Search
      </button>
    </footer>
  );
}
