import type { SessionInfo } from '@claude-webui/protocol';
import { useEffect, useRef } from 'react';

const TITLE = 'Claude Code WebUI';

/** Says in the tab's title and icon, and by a notification if allowed, that Claude waits for the person. */
export function useAttention(sessions: readonly SessionInfo[]): void {
  const waiting = sessions.filter(
    ({ state, activity }) => state === 'ready' && (activity === 'asks' || activity === 'done'),
  );
  const known = useRef<ReadonlySet<string> | null>(null);
  const names = waiting.map(({ name }) => name).join(', ');
  const ids = waiting.map(({ id }) => id).join(' ');

  useEffect(() => {
    document.title = names === '' ? TITLE : `● ${names} — ${TITLE}`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon !== null) icon.href = names === '' ? '/icon.svg' : '/icon-waiting.svg';
    return () => {
      document.title = TITLE;
    };
  }, [names]);

  useEffect(() => {
    const now = new Set(ids === '' ? [] : ids.split(' '));
    const isNew = known.current !== null && [...now].some((id) => known.current?.has(id) !== true);
    known.current = now;
    if (!isNew || !document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
    new Notification('Claude is waiting for you', { body: names, tag: 'claude-webui-waiting', icon: '/icon.svg' });
  }, [ids, names]);
}
