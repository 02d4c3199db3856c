import { Closing } from './closing';
import type { Config } from './config/config';
import type { Logger } from './log';
import { createLogger } from './log';
import { openGround } from './opening/ground';
import { openPeople } from './opening/people';
import { openServer } from './opening/server';
import { openSessions } from './opening/sessions';
import type { PlainProgram } from './sessions/open-backend';

/** A running gateway. */
export interface Gateway {
  /** Where a browser on this machine finds it. */
  url: string;
  /** Password of the administrator who was made at this first start; it is nowhere else. Null when there was one. */
  newAdministrator: { username: string; password: string } | null;
  /** What the person who started the server has to know about it. */
  warnings: string[];
  /** Whether sessions are kept from what this server's user may read: its files, and what /proc shows of its processes. */
  isolatesSessions: boolean;
  /** Drains: no new work, clients told, sessions ended. May be called twice. */
  close(): Promise<void>;
}

export type { PlainProgram } from './sessions/open-backend';

/**
 * All of the end, beyond the configured times of draining. The chart sees to it that a pod has as much before it is killed: 12 s
 * for clients that are handed over, 5 s for requests under way, or 10 s for runners that do not answer. Milliseconds.
 */
const END_MS = 20_000;

/** Opens every part in order, and closes what it has opened, in reverse, when it is told to or when one fails. */
export async function startGateway(config: Config, plainProgram?: PlainProgram): Promise<Gateway> {
  const log = createLogger(config.logLevel);
  const { drainDelayMs, drainSpreadMs } = config.http;
  const endMs = END_MS + (config.redis === null ? 0 : drainDelayMs + drainSpreadMs);
  const opened = new Closing(
    (what, error) => log.error({ err: error, part: what }, 'a part could not be closed'),
    endMs,
  );
  try {
    return await open(config, plainProgram ?? null, opened, log);
  } catch (error) {
    // What went wrong first is what to say.
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function open(config: Config, plainProgram: PlainProgram | null, opened: Closing, log: Logger): Promise<Gateway> {
  const ground = await openGround(config, opened, log);
  const people = await openPeople(ground);
  const sessions = await openSessions(ground, people, plainProgram, END_MS);
  const url = await openServer(ground, people, sessions);
  const { administrator } = people;
  const { isolation } = sessions;
  return {
    url,
    newAdministrator: administrator.madeUp,
    warnings: [...administrator.warnings, ...('warning' in isolation ? [isolation.warning] : [])],
    isolatesSessions: isolation.confinement !== 'none',
    close: () => opened.close(),
  };
}
