/** A timer that comes so much later than it should has slept, and so has every connection. Milliseconds. */
const SLEPT_MS = 10_000;
const TICK_MS = 5000;

/**
 * Calls back whenever connections may have died unnoticed: the page is in view again, or comes out of the browser's memory, the
 * network is back, or the machine has slept. Returns what ends it.
 */
export function onReturn(callback: () => void): () => void {
  const shown = () => {
    if (document.visibilityState === 'visible') callback();
  };
  let lastTick = Date.now();
  const timer = setInterval(() => {
    // The wall clock: the other may stand still with the machine.
    const now = Date.now();
    if (now - lastTick > TICK_MS + SLEPT_MS) callback();
    lastTick = now;
  }, TICK_MS);
  document.addEventListener('visibilitychange', shown);
  document.addEventListener('resume', callback);
  window.addEventListener('online', callback);
  window.addEventListener('pageshow', callback);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', shown);
    document.removeEventListener('resume', callback);
    window.removeEventListener('online', callback);
    window.removeEventListener('pageshow', callback);
  };
}
