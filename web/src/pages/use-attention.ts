import type { SessionInfo } from '@claude-webui/protocol';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { newClientId } from '../connection/client-id';
import { playSound } from '../ui/sound';
import { currentSettings } from '../ui/settings';
import { browserStorage } from '../ui/storage';
import { AnnouncementClaims } from './announcement-claims';
import type { Announcement } from './attention';
import { attend, iconOf, parseSeen, sentenceFor, titleOf, wants } from './attention';

const SEEN_KEY = 'claude-webui.seen';

export interface AttentionOptions {
  /** The person's own. */
  sessions: readonly SessionInfo[];
  /** Whether the list is whole and up to date: nothing is concluded from an old one. */
  isLive: boolean;
  inView: SessionInfo | undefined;
  /** Somebody has clicked on what told of this session. */
  onOpen: (id: string) => void;
}

/**
 * Says in the title, the icon, by sound and by notification that Claude wants the person; the latter two once in all pages of a browser.
 * @returns which finished answers this person has seen, and the last announcement as a sentence, for screen readers
 */
export function useAttention({ sessions, isLive, inView, onOpen }: AttentionOptions): {
  seen: ReadonlySet<string>;
  said: string;
} {
  const isVisible = useSyncExternalStore(
    (changed) => {
      document.addEventListener('visibilitychange', changed);
      return () => document.removeEventListener('visibilitychange', changed);
    },
    () => document.visibilityState === 'visible',
  );
  const [seen, setSeen] = useState(() => parseSeen(browserStorage.read(SEEN_KEY)));
  const [said, setSaid] = useState('');
  const wanted = useRef<ReturnType<typeof attend>['attention']['wanted']>(null);
  const open = useRef(onOpen);
  open.current = onOpen;
  const viewed = isVisible ? (inView?.id ?? null) : null;
  const viewedNow = useRef(viewed);
  viewedNow.current = viewed;
  const claims = useRef<AnnouncementClaims | null>(null);
  // Before the effect that claims.
  useEffect(() => {
    const opened = new AnnouncementClaims({
      open: (name) => new BroadcastChannel(name),
      page: newClientId(),
      isVisible: () => document.visibilityState === 'visible',
      inView: () => viewedNow.current,
      after: (ms, run) => setTimeout(run, ms),
    });
    claims.current = opened;
    return () => opened.close();
  }, []);

  useEffect(() => {
    if (!isLive) return;
    const result = attend({ seen, wanted: wanted.current }, sessions, viewed);
    wanted.current = result.attention.wanted;
    if (!areEqual(seen, result.attention.seen)) {
      setSeen(result.attention.seen);
      browserStorage.write(SEEN_KEY, JSON.stringify([...result.attention.seen]));
    }
    claims.current?.update(result.attention.wanted ?? new Map());
    for (const announcement of result.announcements)
      claims.current?.claim(announcement.id, announcement.want, () => announce(announcement, (id) => open.current(id)));
    if (result.announcements.length > 0) setSaid(result.announcements.map(sentenceFor).join('. '));
  }, [sessions, isLive, viewed, seen]);

  // What is seen in one tab of the browser is seen in all.
  useEffect(() => {
    const changed = ({ key, newValue }: StorageEvent) => {
      if (key === SEEN_KEY) setSeen((now) => new Set([...now, ...parseSeen(newValue)]));
    };
    window.addEventListener('storage', changed);
    return () => window.removeEventListener('storage', changed);
  }, []);

  const waiting = isLive ? wants(sessions, seen, viewed) : [];
  const [title, icon] = [titleOf(waiting, inView?.name ?? null), iconOf(waiting)];
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => setIcon(icon), [icon]);
  useEffect(
    () => () => {
      document.title = titleOf([], null);
      setIcon(iconOf([]));
    },
    [],
  );
  return { seen, said };
}

function setIcon(address: string): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (icon !== null) icon.href = address;
}

function announce(announcement: Announcement, onOpen: (id: string) => void): void {
  const { id, want } = announcement;
  const { sound } = currentSettings();
  if (sound === 'both' || sound === want) playSound(want);
  if (document.visibilityState === 'visible') return;
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    // One for each session: the next takes its place.
    const notification = new Notification(sentenceFor(announcement), {
      tag: `claude-webui-${id}`,
      icon: iconOf([announcement]),
    });
    notification.addEventListener('click', () => {
      window.focus();
      onOpen(id);
      notification.close();
    });
  } catch {
    // Chromium on Android has the constructor, and throws: there only service workers may notify.
  }
}

const areEqual = (a: ReadonlySet<string>, b: ReadonlySet<string>) =>
  a.size === b.size && [...a].every((id) => b.has(id));
