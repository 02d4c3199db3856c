import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap grow to three times what is alive before all of it is marked again. V8 counts the bytes outside its heap too, and each read
 * from a socket is such a piece: by its own measure a gateway with a small heap marks all of it at every 10 MB that a session prints,
 * which doubles the CPU time of a flood (`npm run bench:terminal`, "gateway's part"). The limit of the heap itself stays V8's.
 * Set here and not where the semi-space is, on the command lines of the images and of `npm start`: V8 reads it at each collection, so no way to
 * start a gateway has to know of it.
 */
export function allowHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=200');
}
