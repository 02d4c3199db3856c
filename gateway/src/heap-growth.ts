import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap grow to three times what is alive before all of it is marked again. V8 counts the bytes outside its heap too, and each read
 * from a socket is such a piece: by its own measure a gateway with a small heap marks all of it at every 10 MB that a session prints,
 * which doubles the CPU time of a flood (`npm run bench:terminal`, "gateway's part"). The limit of the heap itself stays V8's.
 * Not an option of the command line, for there are several of them: images, `npm start`, the benchmark.
 */
export function allowHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=200');
}
