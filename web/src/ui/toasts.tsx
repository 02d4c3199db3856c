import { onBackgroundFailure } from '@claude-webui/protocol';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Icon } from './icon';
import { keepFocus } from './keep-focus';

const SHOWN_MS = 8000;
const MAX_SHOWN = 4;

interface Toast {
  id: number;
  text: string;
  /** A lasting one stays until it is dismissed. */
  kind: 'error' | 'info' | 'lasting';
}

type Say = (text: string, kind?: Toast['kind']) => void;
const SayContext = createContext<Say>(() => undefined);

/** Tells the person something in passing. */
export const useToast = (): Say => useContext(SayContext);

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const say = useCallback<Say>(
    (text, kind = 'error') => {
      const id = Math.random();
      setToasts((all) => [...all.filter((toast) => toast.text !== text), { id, text, kind }].slice(-MAX_SHOWN));
      if (kind !== 'lasting') setTimeout(() => dismiss(id), SHOWN_MS);
    },
    [dismiss],
  );
  useEffect(
    () =>
      onBackgroundFailure((what, error) => {
        // For whoever looks into it; the person only has to know that something is missing.
        // eslint-disable-next-line no-console
        console.error(`In the background (${what}):`, error);
        say('Something did not work. If the page looks wrong, reload it.');
      }),
    [say],
  );
  // In the browser's top layer, and anew with each, so that an open dialog does not lie over it.
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (toasts.length === 0) return;
    place.current?.showPopover();
    const { current } = place;
    return () => current?.hidePopover();
  }, [toasts]);
  return (
    <SayContext value={useMemo(() => say, [say])}>
      {children}
      {/* The last first: where there is not room for all, it is in view. */}
      <div className="toasts" ref={place} popover="manual" onMouseDown={keepFocus}>
        {toasts.toReversed().map(({ id, text, kind }) => (
          <div key={id} className={`toast ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
            <span>{text}</span>
            <button type="button" className="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </SayContext>
  );
}
