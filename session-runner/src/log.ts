import type { Logger } from 'pino';
import pino from 'pino';

/** JSON lines on stdout. */
export function createLog(): Logger {
  // The log's reader may be gone before us.
  process.stdout.on('error', () => undefined);
  return pino({ base: { service: 'session-runner' }, formatters: { level: (level) => ({ level }) } });
}
