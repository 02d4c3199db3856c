const FIRST_MS = 250;
const LAST_MS = 15_000;

/**
 * How long to wait before reconnect number `attempt` (from 0), in milliseconds: doubling, capped, and anywhere in its upper half,
 * so that the clients of a restarted server do not all come at once. `random` is from 0 to 1.
 */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** attempt);
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}
