import type { Route } from './route';

/** Tabs that are open and what is in view. Its address and what is stored follow from it. */
export interface View {
  /** Ids of sessions, in the order of their tabs. */
  readonly tabs: readonly string[];
  /** Which tab is in view, or was before the administration; null if none is open. */
  readonly current: string | null;
  readonly administers: boolean;
  /** Tabs of sessions that were not there when the list came first. */
  readonly unknown: readonly string[];
  /** What the last change does to the browser's history. */
  readonly history: 'push' | 'replace';
}

export type ViewEvent =
  /** Somebody wants to see a session. */
  | { type: 'open' | 'close'; id: string }
  /** Another session takes a tab's place. */
  | { type: 'replace'; id: string; by: string }
  /** The tab so many places further, and round the end. */
  | { type: 'step'; by: 1 | -1 }
  | { type: 'administer'; on: boolean }
  /** The browser went to another address: back, forward, or by hand. */
  | { type: 'went'; route: Route }
  /** The first whole list of sessions. */
  | { type: 'listed'; ids: ReadonlySet<string> };

/** What is kept of a view over a reload. */
export interface StoredTabs {
  /** Whose they are. */
  user: string;
  tabs: string[];
  current: string | null;
}

/** More is no use to anybody, and each costs a terminal. The oldest go first. */
const MAX_TABS = 50;

/** The address says what is in view; what was stored says what else is open. */
export function firstView(route: Route, stored: StoredTabs | null): View {
  const tabs = stored?.tabs.slice(-MAX_TABS) ?? [];
  const current = stored?.current ?? null;
  const before: View = {
    tabs,
    current: current !== null && tabs.includes(current) ? current : (tabs.at(-1) ?? null),
    administers: false,
    unknown: [],
    history: 'replace',
  };
  return route.page === 'start' ? before : viewAfter(before, { type: 'went', route });
}

export function viewAfter(view: View, event: ViewEvent): View {
  switch (event.type) {
    case 'open':
      return { ...opened(view, event.id), history: view.current === null && !view.administers ? 'replace' : 'push' };
    case 'close':
      return closed(view, event.id);
    case 'replace': {
      const { id, by } = event;
      const tabs = view.tabs.filter((tab) => tab !== by).map((tab) => (tab === id ? by : tab));
      return { ...opened({ ...view, tabs }, by), history: 'replace' };
    }
    case 'step': {
      const { tabs, current } = view;
      const at = current === null ? -1 : tabs.indexOf(current);
      const id = tabs.at((at + event.by) % tabs.length);
      return id === undefined ? view : viewAfter(view, { type: 'open', id });
    }
    case 'administer':
      return { ...view, administers: event.on, history: 'push' };
    case 'went':
      return { ...atRoute(view, event.route), history: 'replace' };
    case 'listed': {
      const { current } = view;
      const tabs = view.tabs.filter((id) => event.ids.has(id) || id === current);
      return { ...view, tabs, unknown: tabs.filter((id) => !event.ids.has(id)), history: 'replace' };
    }
  }
}

/** What is in view, as an address tells it. */
export function routeTo({ administers, current }: View): Exclude<Route, { page: 'shared' }> {
  if (administers) return { page: 'administration' };
  return current === null ? { page: 'start' } : { page: 'session', id: current };
}

function opened(view: View, id: string): View {
  const tabs = view.tabs.includes(id) ? view.tabs : [...view.tabs, id].slice(-MAX_TABS);
  return { ...view, tabs, current: id, administers: false };
}

/** The tab that takes its place is the next in order, as browsers have it. */
function closed(view: View, id: string): View {
  const at = view.tabs.indexOf(id);
  const tabs = view.tabs.filter((tab) => tab !== id);
  const current = view.current === id ? (tabs[at] ?? tabs.at(-1) ?? null) : view.current;
  return { ...view, tabs, current, unknown: view.unknown.filter((tab) => tab !== id), history: 'replace' };
}

function atRoute(view: View, route: Route): View {
  switch (route.page) {
    case 'session':
      return opened(view, route.id);
    case 'administration':
      return { ...view, administers: true };
    case 'start':
    case 'shared':
      return { ...view, administers: false };
  }
}

/** Null for what is not this user's, or not understood: it may be of another version. */
export function parseStoredTabs(text: string | null, user: string): StoredTabs | null {
  try {
    const stored: unknown = JSON.parse(text ?? 'null');
    if (typeof stored !== 'object' || stored === null || !('user' in stored) || stored.user !== user) return null;
    const tabs = 'tabs' in stored && Array.isArray(stored.tabs) ? stored.tabs.filter(isText) : [];
    const current = 'current' in stored && isText(stored.current) ? stored.current : null;
    return { user, tabs: [...new Set(tabs)], current };
  } catch {
    return null;
  }
}

export const storedTabs = ({ tabs, current }: View, user: string): string =>
  JSON.stringify({ user, tabs: [...tabs], current } satisfies StoredTabs);

const isText = (value: unknown): value is string => typeof value === 'string';
