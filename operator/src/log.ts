/** JSON logs on stdout: `time, level, msg, service`. */
import type { LogLevel } from '@claude-webui/protocol';
import type { Logger } from 'pino';
import pino from 'pino';

export type { Logger } from 'pino';

export function createLogger(level: LogLevel): Logger {
  return pino({
    level,
    base: { service: 'operator' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  });
}
