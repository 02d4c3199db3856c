/**
 * Recordings of real programs, cut at each read and within long ones: a terminal that goes on from a snapshot holds what the
 * unbroken one holds. Each goes on for some pieces, and some to the end; with `CORPUS=full` all do.
 */
import type { Recording } from '../testing/recordings';
import { recordings } from '../testing/recordings';
import { PlainTerminal, differences } from '../testing/terminal-state';
import { Emulator } from './emulator';

const SCROLLBACK = 5000;
const LONGEST_PIECE_BYTES = 1024;
/** How many pieces a terminal goes on for after a cut, and which goes on to the end. */
const FOLLOWED = 4;
const TO_THE_END_EACH = process.env['CORPUS'] === 'full' ? 1 : 25;

type Piece = Recording['pieces'][number];

/** A terminal that goes on after a cut. */
interface Follower {
  cut: number;
  until: number;
  hasScrollback: boolean;
  terminal: PlainTerminal;
}

function cutUp(pieces: readonly Piece[]): Piece[] {
  return pieces.flatMap((piece): Piece[] => {
    if (piece.type === 'size') return [piece];
    const starts = Array.from(
      { length: Math.ceil(piece.data.length / LONGEST_PIECE_BYTES) },
      (_, n) => n * LONGEST_PIECE_BYTES,
    );
    return starts.map((start) => ({ type: 'output', data: piece.data.subarray(start, start + LONGEST_PIECE_BYTES) }));
  });
}

async function follow(terminal: PlainTerminal | Emulator, piece: Piece): Promise<void> {
  if (piece.type === 'size') terminal.resize(piece.size);
  else await terminal.write(Buffer.from(piece.data));
}

function restored(emulator: Emulator, hasScrollback: boolean): PlainTerminal {
  const { size, scrollback, data } = emulator.serialize();
  const terminal = new PlainTerminal(size, SCROLLBACK);
  if (hasScrollback) terminal.write(scrollback);
  terminal.write(data);
  return terminal;
}

/** Cuts after which something differs, with the first of it. */
async function differingCuts({ size, pieces }: Recording): Promise<string[]> {
  const emulator = new Emulator(size, SCROLLBACK);
  const unbroken = new PlainTerminal(size, SCROLLBACK);
  const differing = new Map<number, string>();
  const compare = ({ terminal, hasScrollback, cut }: Follower, at: number) => {
    const [first] = differences(unbroken, terminal, hasScrollback);
    if (first !== undefined && !differing.has(cut)) differing.set(cut, `cut ${cut}, piece ${at}: ${first}`);
  };
  let followers: Follower[] = [];
  const drop = (which: (follower: Follower) => boolean, at: number) => {
    for (const follower of followers.filter(which)) {
      compare(follower, at);
      follower.terminal.close();
    }
    followers = followers.filter((follower) => !which(follower));
  };
  for (const [at, piece] of cutUp(pieces).entries()) {
    // Without the lines above, a change of size has nothing to bring down from there.
    if (piece.type === 'size') drop(({ hasScrollback }) => !hasScrollback, at);
    for (const terminal of [emulator, unbroken, ...followers.map((follower) => follower.terminal)])
      await follow(terminal, piece);
    drop(({ until }) => until === at, at);
    const until = at % TO_THE_END_EACH === 0 ? Infinity : at + FOLLOWED;
    for (const hasScrollback of [false, true]) {
      const follower = { cut: at, until, hasScrollback, terminal: restored(emulator, hasScrollback) };
      compare(follower, at);
      followers.push(follower);
    }
  }
  drop(() => true, Infinity);
  emulator.close();
  unbroken.close();
  return [...differing.values()];
}

test.each(recordings().map((recording) => [recording.name, recording] as const))(
  'no cut of %s makes a difference',
  async (_name, recording) => {
    expect(await differingCuts(recording)).toEqual([]);
  },
  600_000,
);
