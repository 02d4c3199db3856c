import type { Activity, SessionInfo } from '@claude-webui/protocol';
import type { Announcement, Attention } from './attention';
import { attend, iconOf, parseSeen, sentenceFor, titleOf, wants } from './attention';

const TIME = '2026-01-01T00:00:00.000Z';
const NEW: Attention = { seen: new Set(), wanted: null };

function session(id: string, activity: Activity, changes: Partial<SessionInfo> = {}): SessionInfo {
  const info = { id, name: id, owner: 'a', workspace: 'w', state: 'ready' as const, activity, attachments: 1 };
  return { ...info, createdAt: TIME, lastActivityAt: TIME, ...changes };
}

/** Looks at lists one after the other; gives the last attention and what was announced at each. */
function look(...steps: [inView: string | null, ...sessions: SessionInfo[]][]) {
  let attention = NEW;
  const announced = steps.map(([inView, ...sessions]) => {
    const result = attend(attention, sessions, inView);
    attention = result.attention;
    return result.announcements.map(({ id, want }) => `${id} ${want}`);
  });
  return { attention, announced };
}

test('a question and a finished answer of a session that is not in view are announced, each once', () => {
  const { announced } = look(
    ['b', session('a', 'working')],
    ['b', session('a', 'asks')],
    ['b', session('a', 'asks')],
    ['b', session('a', 'working')],
    ['b', session('a', 'done')],
    ['b', session('a', 'done')],
  );
  expect(announced).toEqual([[], ['a asks'], [], [], ['a done'], []]);
});

test('what is in view is not announced, now or when the person turns to something else', () => {
  const { announced, attention } = look(
    ['a', session('a', 'working')],
    ['a', session('a', 'done')],
    [null, session('a', 'done')],
  );
  expect(announced).toEqual([[], [], []]);
  expect([...attention.seen]).toEqual(['a']);
});

test('in a hidden page nothing is in view, so everything is announced', () => {
  expect(look([null, session('a', 'working')], [null, session('a', 'done')]).announced[1]).toEqual(['a done']);
});

test('what is there when the page is opened is no news; what begins later is', () => {
  const { announced } = look([null, session('a', 'done')], [null, session('a', 'done'), session('b', 'asks')]);
  expect(announced).toEqual([[], ['b asks']]);
});

test('a finished answer that was seen stays seen until the session works again', () => {
  const steps = [
    [null, session('a', 'done')],
    ['a', session('a', 'done')],
    [null, session('a', 'done')],
  ] as Parameters<typeof look>;
  expect([...look(...steps).attention.seen]).toEqual(['a']);
  const again = look(...steps, [null, session('a', 'working')], [null, session('a', 'done')]);
  expect([...again.attention.seen]).toEqual([]);
  expect(again.announced.at(-1)).toEqual(['a done']);
});

test('a question goes on wanting an answer, seen or not', () => {
  const asks = session('a', 'asks');
  const { attention } = look(['a', asks], [null, asks]);
  expect(wants([asks], attention.seen, 'b')).toMatchObject([{ id: 'a', want: 'asks' }]);
  expect(wants([asks], attention.seen, 'a')).toEqual([]);
});

test('questions come before finished answers, and what was seen or is not ready is left out', () => {
  const all = [
    session('done', 'done'),
    session('seen', 'done'),
    session('asks', 'asks'),
    session('idle', 'idle'),
    session('ended', 'asks', { state: 'ended' }),
    session('starting', 'done', { state: 'starting' }),
  ];
  expect(wants(all, new Set(['seen']), null).map(({ id }) => id)).toEqual(['asks', 'done']);
});

test('the title names what is in view, and before it what wants the person', () => {
  const asks: Announcement = { id: '1', name: 'api', want: 'asks' };
  const done: Announcement = { id: '2', name: 'docs', want: 'done' };
  expect(titleOf([], null)).toBe('Claude Code');
  expect(titleOf([], 'web')).toBe('web — Claude Code');
  expect(titleOf([asks], 'web')).toBe('? api · web — Claude Code');
  expect(titleOf([done], 'web')).toBe('✓ docs · web — Claude Code');
  expect(titleOf([asks, done], 'web')).toBe('? api +1 · web — Claude Code');
});

test('a question and a finished answer differ in word and icon', () => {
  const [asks, done] = (['asks', 'done'] as const).map((want) => ({ id: '1', name: 'api', want }));
  expect(new Set([iconOf([]), iconOf([asks!]), iconOf([done!])]).size).toBe(3);
  expect(sentenceFor(asks!)).toBe('api asks you something');
  expect(sentenceFor(done!)).toBe('api is done');
});

test.each([
  [null, []],
  ['["a","b"]', ['a', 'b']],
  ['{"a":1}', []],
  ['[1,"a"]', ['a']],
  ['nonsense', []],
])('%s is stored as seen: %j', (text, ids) => {
  expect([...parseSeen(text)]).toEqual(ids);
});
