import { useEffect, useMemo } from 'react';
import type { Account } from '../api/account';
import { useToast } from '../ui/toasts';
import { FilesOfSessions } from './files-of-sessions';

/** The files of the sessions that are open; the browser asks before it leaves a page that is still sending some. */
export function useFilesOfSessions(account: Account, tabs: readonly string[]): FilesOfSessions {
  const say = useToast();
  const files = useMemo(() => new FilesOfSessions(account, say), [account, say]);
  useEffect(() => () => files.close(), [files]);
  useEffect(() => files.keepOnly(tabs), [files, tabs]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (files.areSending) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [files]);
  return files;
}
