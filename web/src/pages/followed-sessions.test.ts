import type { SessionInfo } from '@claude-webui/protocol';
import type { FeedEvent, FollowedSessions } from './followed-sessions';
import { NOTHING_FOLLOWED, follow, inOrder } from './followed-sessions';

function session(id: string, changes: Partial<SessionInfo> = {}): FeedEvent {
  const createdAt = `2026-01-01T00:00:${id.padStart(2, '0')}.000Z`;
  const info = { id, name: id, owner: 'a', workspace: 'w', state: 'ready' as const, activity: 'working' as const };
  return { type: 'session', session: { ...info, attachments: 0, createdAt, lastActivityAt: createdAt, ...changes } };
}

const after = (events: FeedEvent[], from: FollowedSessions = NOTHING_FOLLOWED) => events.reduce(follow, from);
const ids = (sessions: FollowedSessions) => inOrder(sessions).map(({ id }) => id);
const listed = after([{ type: 'connected' }, session('1'), session('2'), { type: 'listed' }]);

test('a list is known once it is whole, newest first', () => {
  expect(after([{ type: 'connected' }, session('1')]).isKnown).toBe(false);
  expect(listed).toMatchObject({ isKnown: true, isLive: true });
  expect(ids(listed)).toEqual(['2', '1']);
});

test('without a connection it is what it was, and not live', () => {
  const away = after([{ type: 'disconnected' }, { type: 'disconnected' }], listed);
  expect(away).toMatchObject({ isKnown: true, isLive: false });
  expect(ids(away)).toEqual(['2', '1']);
});

test('a new connection’s list takes the place of the old one: what is gone from the server is gone here', () => {
  const restarted = after([{ type: 'disconnected' }, { type: 'connected' }, session('3')], listed);
  expect(restarted.isLive).toBe(false);
  expect(ids(follow(restarted, { type: 'listed' }))).toEqual(['3']);
});

test('a list that a second cut leaves unfinished takes nothing away', () => {
  const cut = after([{ type: 'disconnected' }, { type: 'connected' }, session('3'), { type: 'disconnected' }], listed);
  expect(ids(cut)).toEqual(['3', '2', '1']);
  expect(ids(after([{ type: 'connected' }, session('2'), { type: 'listed' }], cut))).toEqual(['2']);
});

test('sessions change and come while the list is live', () => {
  const changed = after([session('1', { activity: 'done' }), session('4')], listed);
  expect(changed.byId.get('1')?.activity).toBe('done');
  expect(ids(changed)).toEqual(['4', '2', '1']);
});

test('of ended sessions only the newest are kept, however long the page stays open', () => {
  const ended = Array.from({ length: 250 }, (_, n) =>
    session(String(n + 10), { state: 'ended', createdAt: new Date(n * 1000).toISOString() }),
  );
  const all = after(ended, listed);
  expect(all.byId.size).toBe(202);
  expect(all.byId.has('10')).toBe(false);
  expect(all.byId.has('259')).toBe(true);
});
