import type { SessionInfo } from '@claude-webui/protocol';
import { isolated } from '../ui/name';

/** What a session wants of the person: an answer to a question, or a look at what is finished. */
export type Want = 'asks' | 'done';

export interface Announcement {
  id: string;
  name: string;
  want: Want;
}

export interface Attention {
  /** Sessions that are done and that the person has looked at since. */
  seen: ReadonlySet<string>;
  /** What each session wanted when the list was last looked at; null before the first time. */
  wanted: ReadonlyMap<string, Want | null> | null;
}

/** What a session wants, whether or not the person has seen it. */
export function wantOf({ state, activity }: SessionInfo): Want | null {
  return state === 'ready' && (activity === 'asks' || activity === 'done') ? activity : null;
}

/**
 * Looks at the list, and says what is new in it. What the person has in view is seen, and never announced; what is there when the
 * page is opened is shown, and not announced either.
 * @param inView id of the session that the person sees now; null if there is none, or the page is hidden
 */
export function attend(
  attention: Attention,
  sessions: readonly SessionInfo[],
  inView: string | null,
): { attention: Attention; announcements: Announcement[] } {
  const seen = new Set<string>();
  const wanted = new Map<string, Want | null>();
  const announcements: Announcement[] = [];
  for (const session of sessions) {
    const { id, name } = session;
    const want = wantOf(session);
    wanted.set(id, want);
    if (want === 'done' && (id === inView || attention.seen.has(id))) seen.add(id);
    const isNew = attention.wanted !== null && (attention.wanted.get(id) ?? null) !== want;
    if (want !== null && isNew && id !== inView) announcements.push({ id, name, want });
  }
  return { attention: { seen, wanted }, announcements };
}

/** What still wants the person, questions first. What they look at is not among it. */
export function wants(
  sessions: readonly SessionInfo[],
  seen: ReadonlySet<string>,
  inView: string | null,
): Announcement[] {
  const all = sessions.flatMap((session) => {
    const { id, name } = session;
    const want = wantOf(session);
    return want === null || id === inView || (want === 'done' && seen.has(id)) ? [] : [{ id, name, want }];
  });
  return [...all.filter(({ want }) => want === 'asks'), ...all.filter(({ want }) => want === 'done')];
}

const PRODUCT = 'Claude Code';
const SIGNS: Record<Want, string> = { asks: '?', done: '✓' };

/** As a sentence. */
export function sentenceFor({ name, want }: Announcement): string {
  return want === 'asks' ? `${isolated(name)} asks you something` : `${isolated(name)} is done`;
}

/** @param inView name of what the page shows */
export function titleOf(waiting: readonly Announcement[], inView: string | null): string {
  const page = inView === null ? PRODUCT : `${isolated(inView)} — ${PRODUCT}`;
  const [first, ...others] = waiting;
  if (first === undefined) return page;
  const more = others.length === 0 ? '' : ` +${others.length}`;
  return `${SIGNS[first.want]} ${isolated(first.name)}${more} · ${page}`;
}

export function iconOf(waiting: readonly Announcement[]): string {
  const [first] = waiting;
  return first === undefined ? '/icon.svg' : `/icon-${first.want}.svg`;
}

/** Ids as they are stored; what is no list of ids is an empty one. */
export function parseSeen(text: string | null): ReadonlySet<string> {
  try {
    const stored: unknown = JSON.parse(text ?? '[]');
    return new Set(Array.isArray(stored) ? stored.filter((id): id is string => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}
