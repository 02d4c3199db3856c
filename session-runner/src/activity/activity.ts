/**
 * What Claude is doing, from what can be seen of it. Its hooks say what begins and what is finished, but none says that a person
 * has interrupted it or answered its question; its title shows at every moment whether it works. Pure.
 */
import type { Activity } from '@claude-webui/protocol';

export type ActivitySign =
  | { type: 'hook'; activity: Activity }
  /** The title of the terminal, which Claude keeps up to date. */
  | { type: 'title'; works: boolean }
  /** Something came from the driver's terminal. */
  | { type: 'typed'; data: Uint8Array }
  /** Nothing was put out for a while. */
  | { type: 'silence' };

export interface ActivityState {
  /** By hooks and keys. */
  said: Activity;
  /** By the last title; null for a Claude that has set none. */
  titleWorks: boolean | null;
}

export const STARTING: ActivityState = { said: 'starting', titleWorks: null };

export function activityOf({ said, titleWorks }: ActivityState): Activity {
  if (said === 'starting' || titleWorks === null) return said;
  if (titleWorks) return 'working';
  // It was interrupted: no hook tells of that.
  return said === 'working' ? 'idle' : said;
}

export function afterSign(state: ActivityState, sign: ActivitySign): ActivityState {
  switch (sign.type) {
    case 'hook':
      return { ...state, said: sign.activity };
    case 'title':
      return { ...state, titleWorks: sign.works };
    case 'typed':
      return { ...state, said: saidAfterKey(state, Buffer.from(sign.data).toString('latin1')) };
    case 'silence':
      // Working, Claude moves something on the screen every second.
      return activityOf(state) === 'working' ? { said: 'idle', titleWorks: null } : state;
  }
}

/** Answers of a terminal to a program's queries, and word that it has lost the focus: nobody typed those. */
const NOT_TYPED = /^\x1b(?:\[[?>]?[\d;]*[cnRuy]|\[O|\[\?[\d;]*\$y|[\]P_])/;
/** Chooses in a dialog. */
const CHOICE = /^[\r1-9]$/;
/** Escape by itself, and Ctrl-C. */
const DISMISSAL = /^[\x1b\x03]$/;

function saidAfterKey(state: ActivityState, data: string): Activity {
  if (NOT_TYPED.test(data)) return state.said;
  const now = activityOf(state);
  if (now === 'done') return 'idle';
  if (now !== 'asks') return state.said;
  if (DISMISSAL.test(data)) return 'idle';
  // Claude takes no key in a dialog's first moments, so the title knows better.
  return state.titleWorks === null && CHOICE.test(data) ? 'working' : state.said;
}
