export type Delay = (ms: number, signal: AbortSignal) => Promise<void>;

/** Resolves after a while, or when `signal` aborts. */
export const delay: Delay = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
