/** JSON logs on stdout: `time, level, msg, service` and, where known, `requestId, sessionId, userId`. */
import type { LogLevel } from '@claude-webui/protocol';
import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';

export type { Logger } from 'pino';

/** A net under the rule that nobody logs these: at the top of a log object and one level into it. */
const SECRETS = ['authorization', 'cookie', 'password', 'token'];

/** `destination` is for tests; stdout otherwise. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service: 'gateway' },
    formatters: { level: (label: string) => ({ level: label }) },
    redact: SECRETS.flatMap((name) => [name, `*.${name}`, `*.headers.${name}`]),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
