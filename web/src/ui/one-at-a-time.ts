import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * For what must not be asked for twice: a second click while the first is being answered does nothing.
 * @returns whether something is being done, and what does it
 */
export function useOneAtATime(): [boolean, (action: () => Promise<unknown>) => void] {
  const [isBusy, setBusy] = useState(false);
  // Clicks come faster than the page is drawn anew.
  const running = useRef(false);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  const run = useCallback((action: () => Promise<unknown>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    const done = () => {
      running.current = false;
      if (isMounted.current) setBusy(false);
    };
    action().then(done, done);
  }, []);
  return [isBusy, run];
}
