/** A Map or a Set: its keys come in the order in which they were added. */
interface Kept<K> {
  readonly size: number;
  keys(): Iterable<K>;
  delete(key: K): boolean;
}

/** Makes room: of more than `max` the oldest go. */
export function forgetOldest<K>(kept: Kept<K>, max: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= max) return;
    kept.delete(oldest);
  }
}
