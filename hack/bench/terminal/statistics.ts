/** The value below which this part (0 to 1) of the numbers lies, by nearest rank. NaN for none. */
export function percentile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

export const median = (numbers: readonly number[]): number => percentile(numbers, 0.5);
