import type { ReactNode } from 'react';
import type { SessionState } from './session-state';

/** Each state has a shape of its own, so that none is told by its colour alone. */
const SHAPES: Record<SessionState, ReactNode> = {
  unknown: <circle cx="8" cy="8" r="5.5" className="line" strokeDasharray="1 2.4" />,
  starting: <circle cx="8" cy="8" r="5.5" className="line" strokeDasharray="3.2 2.5" />,
  suspended: <path d="M5.5 4v8M10.5 4v8" className="line" />,
  working: <path d="M8 2.5A5.5 5.5 0 1 1 2.5 8" className="line" />,
  asks: (
    <>
      <path d="M8 .5 15.5 8 8 15.5.5 8z" className="area" />
      <path d="M6 6.4a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M8 11.6v.1" className="inside" />
    </>
  ),
  done: (
    <>
      <circle cx="8" cy="8" r="7" className="area" />
      <path d="m4.8 8.2 2.2 2.3 4.2-4.7" className="inside" />
    </>
  ),
  idle: <circle cx="8" cy="8" r="4.5" className="line" />,
  ended: <path d="M4 8h8" className="line" />,
};

/** A picture of a state, for beside a name. What it means stands in words somewhere near. */
export const StateMark = ({ state }: { state: SessionState }) => (
  <svg className={`mark ${state}`} viewBox="0 0 16 16" aria-hidden="true">
    {SHAPES[state]}
  </svg>
);
