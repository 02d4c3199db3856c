import { useEffect, useReducer } from 'react';
import { tabStorage } from '../ui/storage';
import { addressOf, routeOf } from './route';
import type { View, ViewEvent } from './view';
import { firstView, parseStoredTabs, routeTo, storedTabs, viewAfter } from './view';

const TABS_KEY = 'claude-webui.tabs';

/** What this browser tab shows: kept over a reload, and gone back and forth in by the browser's history. */
export function useView(userId: string): [View, (event: ViewEvent) => void] {
  const [view, dispatch] = useReducer(viewAfter, userId, (user) =>
    firstView(routeOf(location), parseStoredTabs(tabStorage.read(TABS_KEY), user)),
  );
  useEffect(() => {
    const address = addressOf(routeTo(view));
    if (address !== location.pathname) {
      if (view.history === 'push') history.pushState(null, '', address);
      else history.replaceState(null, '', address);
    }
    tabStorage.write(TABS_KEY, storedTabs(view, userId));
  }, [view, userId]);
  useEffect(() => {
    const went = () => dispatch({ type: 'went', route: routeOf(location) });
    window.addEventListener('popstate', went);
    return () => window.removeEventListener('popstate', went);
  }, []);
  return [view, dispatch];
}

/** The person has signed out: whoever signs in next begins at the start. */
export function forgetView(): void {
  tabStorage.write(TABS_KEY, 'null');
  history.replaceState(null, '', addressOf({ page: 'start' }));
}
