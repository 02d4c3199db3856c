import type { AttachmentState } from '@claude-webui/protocol';
import type { ConnectionPhase } from '../connection/terminal-consumer';
import type { NoticeAction } from './notice';

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
  /** Of a notice that was put away. */
  actions: readonly NoticeAction[];
  onSearch: () => void;
  onLarger: (step: 1 | -1) => void;
}

/** One line below the terminal: how the connection is, and who else is there. */
export function StatusLine({ phase, rttMs, state, actions, onSearch, onLarger }: StatusLineProps) {
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
      {actions.map(({ label, run }) => (
        <button key={label} type="button" className="quiet" onClick={run}>
          {label}
        </button>
      ))}
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
