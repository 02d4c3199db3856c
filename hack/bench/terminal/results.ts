import type { Bulk } from './measurements/bulk';
import type { Cuts } from './measurements/cuts';
import type { Echo } from './measurements/echo';
import type { Idle, IgnoredPaste } from './measurements/rest';
import type { Interrupt, StoppedReader } from './measurements/stopped-reader';

/** What was measured of one peer, a value for each round. */
export interface PeerResults {
  name: string;
  echo: Echo[];
  floodedEcho: Echo[];
  bulk: Bulk[];
  connectMs: number[];
  stoppedReader: StoppedReader[];
  interrupt: Interrupt[];
  cuts: Cuts[];
  /** What could not be measured, and why. */
  problems: string[];
}

/** What is measured of ours alone. */
export interface OwnResults {
  attachMs: number[];
  /** See reading-alone.ts. */
  readingAlone: number[];
  idle: Idle[];
  paste: IgnoredPaste[];
}

export interface Results {
  startedAt: string;
  machine: string;
  rounds: number;
  quick: boolean;
  peers: PeerResults[];
  own: OwnResults;
  /** Peers that are not on this machine, with the reason. */
  absent: { name: string; why: string }[];
}

export const noResults = (name: string): PeerResults => ({
  name,
  echo: [],
  floodedEcho: [],
  bulk: [],
  connectMs: [],
  stoppedReader: [],
  interrupt: [],
  cuts: [],
  problems: [],
});
