import { AppError } from '../errors';
import type { SessionDirectory, SessionRecord } from './directory';

/** The session once it is as wanted. @throws AppError session-not-found; not-ready when `signal` aborts */
export function recordOnce(
  directory: Pick<SessionDirectory, 'get' | 'subscribe'>,
  id: string,
  isWanted: (record: SessionRecord) => boolean,
  signal: AbortSignal,
): Promise<SessionRecord> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      unsubscribe();
      signal.removeEventListener('abort', abort);
      settle();
    };
    const look = (record: SessionRecord) => {
      if (record.id === id && isWanted(record)) done(() => resolve(record));
    };
    const fail = (error: Error) => done(() => reject(error));
    const abort = () => fail(new AppError('not-ready'));
    // Listens before it looks: what changes in between is not missed.
    const unsubscribe = directory.subscribe(look);
    signal.addEventListener('abort', abort, { once: true });
    directory.get(id).then((current) => {
      if (current === null) fail(new AppError('session-not-found'));
      else look(current);
    }, fail);
  });
}
