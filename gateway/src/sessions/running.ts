import { AppError } from '../errors';
import type { SessionRecord } from './directory';

/** A session that is starting mostly has started by then. Seconds. */
const STARTED_SOON_SECONDS = 2;

/** For what only a session that is not over has. @throws AppError session-over */
export function assertNotOver({ state }: Pick<SessionRecord, 'state'>): void {
  if (state === 'ended') throw new AppError('session-over');
}

/** For what only a session with a runner has, now. @throws AppError session-over, session-suspended, session-starting */
export function assertRunning(record: Pick<SessionRecord, 'state' | 'progress'>): void {
  assertNotOver(record);
  if (record.state === 'ready') return;
  if (record.progress?.code === 'suspended') throw new AppError('session-suspended');
  throw new AppError('session-starting', undefined, STARTED_SOON_SECONDS);
}
