/** Milliseconds to wait after the nth failure in a row (from 0): doubled each time, up to a cap, half of it at random. */
export function exponentialBackoff(
  firstMs: number,
  capMs: number,
  random: () => number = Math.random,
): (failures: number) => number {
  return (failures) => {
    const full = Math.min(capMs, firstMs * 2 ** Math.min(failures, 30));
    return full / 2 + (random() * full) / 2;
  };
}
