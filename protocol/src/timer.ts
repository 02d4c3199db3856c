/** Above it setTimeout warns, and fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Calls `then` once, in `ms` milliseconds, however many those are: in the place of setTimeout wherever a wait comes from
 * configuration or from data. @returns what takes it back
 */
export function after(ms: number, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number) => {
    timer =
      left <= MAX_TIMEOUT_MS ? setTimeout(then, left) : setTimeout(() => wait(left - MAX_TIMEOUT_MS), MAX_TIMEOUT_MS);
  };
  wait(ms);
  return () => clearTimeout(timer);
}
