import type { Route } from './route';
import type { StoredTabs, View, ViewEvent } from './view';
import { firstView, parseStoredTabs, routeTo, storedTabs, viewAfter } from './view';

const START: Route = { page: 'start' };
const session = (id: string): Route => ({ page: 'session', id });
const after = (events: ViewEvent[], from: View = firstView(START, null)) => events.reduce(viewAfter, from);
const open = (...ids: string[]): ViewEvent[] => ids.map((id) => ({ type: 'open', id }));
const stored = (tabs: string[], current: string | null): StoredTabs => ({ user: 'u', tabs, current });

describe('a page that is loaded', () => {
  test('shows what was in view, and has the same tabs in the same order', () => {
    expect(firstView(session('b'), stored(['a', 'b', 'c'], 'a'))).toMatchObject({
      tabs: ['a', 'b', 'c'],
      current: 'b',
    });
    expect(firstView(START, stored(['a', 'b', 'c'], 'a'))).toMatchObject({ tabs: ['a', 'b', 'c'], current: 'a' });
  });

  test('opens the session of its address beside the stored ones, or where nothing is stored', () => {
    expect(firstView(session('x'), stored(['a'], 'a'))).toMatchObject({ tabs: ['a', 'x'], current: 'x' });
    expect(firstView(session('x'), null)).toMatchObject({ tabs: ['x'], current: 'x' });
  });

  test('shows the administration at its address, and the tabs are still there', () => {
    const view = firstView({ page: 'administration' }, stored(['a'], 'a'));
    expect(view).toMatchObject({ tabs: ['a'], current: 'a', administers: true });
  });

  test('does without what it does not understand', () => {
    expect(firstView(START, stored(['a'], 'gone'))).toMatchObject({ current: 'a' });
    expect(firstView(START, stored([], 'gone'))).toMatchObject({ current: null });
  });
});

test('opening a session makes a step in the history, the first one none', () => {
  const first = after(open('a'));
  expect(first.history).toBe('replace');
  expect(after(open('b'), first).history).toBe('push');
});

test('an open session is not opened twice', () => {
  expect(after(open('a', 'b', 'a'))).toMatchObject({ tabs: ['a', 'b'], current: 'a' });
});

test('going back shows what was in view, and opens it again if its tab was closed', () => {
  const two = after(open('a', 'b'));
  expect(after([{ type: 'went', route: session('a') }], two)).toMatchObject({ current: 'a', history: 'replace' });
  const closed = after([{ type: 'close', id: 'a' }], two);
  expect(after([{ type: 'went', route: session('a') }], closed)).toMatchObject({ tabs: ['b', 'a'], current: 'a' });
});

test.each([
  ['the next one takes the place of a tab that is closed', 'b', 'c'],
  ['or the one before, if it was the last', 'c', 'b'],
])('%s', (_what, id, next) => {
  const view = after([...open('a', 'b', 'c', id), { type: 'close', id }]);
  expect(view).toMatchObject({ current: next, history: 'replace' });
});

test('closing a tab that is not in view changes nothing in view; closing the last leaves none', () => {
  expect(after([...open('a', 'b'), { type: 'close', id: 'a' }])).toMatchObject({ tabs: ['b'], current: 'b' });
  expect(after([...open('a'), { type: 'close', id: 'a' }])).toMatchObject({ tabs: [], current: null });
});

test('steps go round both ends', () => {
  const view = after(open('a', 'b', 'c'));
  expect(after([{ type: 'step', by: 1 }], view).current).toBe('a');
  expect(after([...open('a'), { type: 'step', by: -1 }], view).current).toBe('c');
  expect(after([{ type: 'step', by: -1 }], view).current).toBe('b');
  expect(after([{ type: 'step', by: 1 }])).toMatchObject({ current: null });
});

test('another session takes the place of a tab, not one beside it', () => {
  const view = after([...open('a', 'b', 'c', 'b'), { type: 'replace', id: 'b', by: 'x' }]);
  expect(view).toMatchObject({ tabs: ['a', 'x', 'c'], current: 'x' });
});

test('tabs of sessions that are gone are dropped when the list comes, but what is in view is said to be unknown', () => {
  const view = after([...open('a', 'b', 'c'), { type: 'listed', ids: new Set(['a']) }]);
  expect(view).toMatchObject({ tabs: ['a', 'c'], current: 'c', unknown: ['c'] });
  expect(after([{ type: 'close', id: 'c' }], view)).toMatchObject({ tabs: ['a'], current: 'a', unknown: [] });
});

test('the administration is a step in the history, and leaves the tab in view as it was', () => {
  const view = after([...open('a'), { type: 'administer', on: true }]);
  expect(view.history).toBe('push');
  expect(routeTo(view)).toEqual({ page: 'administration' });
  expect(routeTo(after([{ type: 'administer', on: false }], view))).toEqual(session('a'));
  expect(routeTo(after(open('a'), view))).toEqual(session('a'));
});

test('there is a bound to the tabs, and the oldest go', () => {
  const view = after(open(...Array.from({ length: 60 }, (_, n) => String(n))));
  expect(view.tabs).toHaveLength(50);
  expect(view.tabs.at(-1)).toBe('59');
});

test('what is stored comes back, for the same user only', () => {
  const text = storedTabs(after(open('a', 'b', 'a')), 'u');
  expect(parseStoredTabs(text, 'u')).toEqual(stored(['a', 'b'], 'a'));
  expect(parseStoredTabs(text, 'somebody else')).toBeNull();
});

test.each([
  null,
  '',
  'nonsense',
  '3',
  'null',
  '[]',
  '{"user":"u"}',
  '{"user":"u","tabs":[1,null,"a","a"],"current":7}',
])('stored text that is no tabs does no harm: %s', (text) => {
  const parsed = parseStoredTabs(text, 'u');
  expect(parsed === null || parsed.tabs.every((tab) => tab === 'a')).toBe(true);
});
