import type { AppError } from '../errors';
import { problem } from '../errors';

/** When to ask again while Redis is away. Seconds. */
const RETRY_AFTER_SECONDS = 2;

export const away = (): AppError => problem('not-ready', 'The session directory is away.', RETRY_AFTER_SECONDS);

/** What Redis does not answer is not lost: the caller is told to come again. */
export function unavailable<T>(answer: Promise<T>): Promise<T> {
  return answer.catch(() => {
    throw away();
  });
}
