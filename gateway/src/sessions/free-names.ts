/** What a session is called, and where it works, when nobody has said. */
import type { SessionRecord } from './directory';

/** The first of `Session 1`, `Session 2`, … that no other session of its owner is called. */
export function freeName(live: readonly SessionRecord[]): string {
  return `Session ${lowestFree((n) => live.some(({ name }) => name === `Session ${n}`))}`;
}

/** `main`, or the first of `main-2`, `main-3`, … in which no other session of its owner works. */
export function freeWorkspace(live: readonly SessionRecord[]): string {
  const nameOf = (n: number) => (n === 1 ? 'main' : `main-${n}`);
  return nameOf(lowestFree((n) => live.some(({ workspace }) => workspace === nameOf(n))));
}

function lowestFree(taken: (n: number) => boolean): number {
  let n = 1;
  while (taken(n)) n += 1;
  return n;
}
