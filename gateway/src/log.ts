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
    serializers: { err: errorInWords },
    redact: SECRETS.flatMap((name) => [name, `*.${name}`, `*.headers.${name}`]),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * What an error says, and nothing that a library has hung on it: a failed Redis command has its arguments there, which are whole
 * sessions and their keys, or the password.
 */
function errorInWords(error: unknown): object {
  const { name, message, code, stack } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (message === undefined) return { message: String(error) };
  return { type: name, message, stack, ...(code === undefined ? {} : { code }) };
}
