/** Small enough to show that something moves on a slow line. Bytes. */
export const FIRST_PIECE = 1024 * 1024;
const SMALLEST = 256 * 1024;
/** What proxies and servers in front take as a body without a word: most allow 10 MB and more. Bytes. */
const LARGEST = 8 * 1024 * 1024;
/** A piece takes about this long: proxies have limits for a whole request, and a cut costs no more than one. Milliseconds. */
const SHORT_MS = 2000;
const LONG_MS = 8000;

/** How large the next piece should be, by how long one of `bytes` took. */
export function nextPiece(bytes: number, tookMs: number): number {
  if (tookMs < SHORT_MS) return Math.min(LARGEST, bytes * 2);
  return tookMs > LONG_MS ? Math.max(SMALLEST, Math.round(bytes / 2)) : bytes;
}
