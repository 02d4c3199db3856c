/**
 * One session in one process. The gateway that forks it sends `start` over the IPC channel; once it serves, gateways follow it
 * on its socket, and it lives as long as the session does, whatever becomes of them.
 */
import { background, onBackgroundFailure } from '@claude-webui/protocol';
import type { FromRunner, SessionEnd, SessionSpec } from '@claude-webui/protocol';
import { AttachServer } from '../attach-server/attach-server';
import { ControlLinks } from '../attach-server/control-links';
import { parseToRunner } from '../config/messages';
import { WorkspaceServer } from '../files/workspace-server';
import { createLog } from '../log';
import type { Prepared } from '../program/prepare';
import { placesOf, prepareProgram } from '../program/prepare';
import { provePolicy } from '../session/prove-policy';
import type { SessionListener } from '../session/session';
import { Session } from '../session/session';

const log = createLog();
const control = new ControlLinks();
let session: Session | null = null;

/** Tells the gateway, if it is still there. */
function tell(message: FromRunner): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function start(spec: SessionSpec): Promise<void> {
  log.level = spec.logLevel;
  const sessionLog = log.child({ sessionId: spec.sessionId });
  const prepared = prepareProgram(spec);
  if ('problem' in prepared) return leave(prepared.problem);
  let isServing = false;
  const server = new AttachServer((error) => sessionLog.error({ err: error }, 'a request to the session failed'));
  const files = new WorkspaceServer({ ...placesOf(spec), log: sessionLog });
  const proving = new AbortController();
  let problem: SessionEnd | null = null;
  const finish = async (end: SessionEnd) => {
    proving.abort();
    try {
      await listening.catch(() => undefined);
      // Whoever waits for it to be ready is its parent; later it has followers.
      if (isServing) await control.ended(end);
      await server.close();
      await files.close();
    } finally {
      leave(problem ?? end);
    }
  };
  session = await startSession(spec, prepared, {
    report: (report) => control.tell({ type: 'report', report }),
    measure: (measure) => control.tell({ type: 'measure', measure }),
    screenFailed: (error) => sessionLog.error({ err: error }, 'the terminal emulator failed and was replaced'),
    ended: (end) => {
      sessionLog.info({ reason: end.reason, exitCode: end.exitCode }, 'session ended');
      background('end-session', finish(end));
    },
  });
  session.begin(spec);
  const { sessionId, attachKey } = spec;
  server.serve({ session, control, sessionId, attachKey, files });
  // While the CLI starts; nobody can attach before it is known to obey.
  const listening = provePolicy(spec.policy, prepared.probe, control, proving.signal).then((found) => {
    problem = found;
    return found === null ? server.listen(spec.listen) : session?.end(found.reason);
  });
  await listening;
  if (session.isEnding) return;
  isServing = true;
  sessionLog.info('session started');
  tell({ type: 'ready' });
}

/** @throws Error when it cannot be started; nothing of it is left then */
async function startSession(spec: SessionSpec, prepared: Prepared, listener: SessionListener): Promise<Session> {
  try {
    return new Session(spec, prepared, listener);
  } catch (error) {
    await prepared.close().catch((left: unknown) => log.error({ err: left }, 'the directory could not be removed'));
    throw error;
  }
}

/** Says how it ended and lets the process run out: nothing of it is open any more. */
function leave(end: SessionEnd): void {
  tell({ type: 'ended', end });
  process.removeAllListeners('message');
  // A message that is being delivered now must not find its channel gone.
  setImmediate(() => {
    if (process.connected) process.disconnect();
  });
}

function endBecause(reason: SessionEnd['reason']): void {
  if (session === null) leave({ reason, exitCode: null });
  else background('end-session', session.end(reason));
}

function fail(error: unknown): void {
  log.error({ err: error }, 'the session could not be started');
  endBecause('start-failed');
}

/** Waits for the gateway's word. */
export function runChild(): void {
  onBackgroundFailure((what, error, context) =>
    log.error({ ...context, err: error, what }, 'work in the background failed'),
  );
  process.on('message', (message) => {
    try {
      const command = parseToRunner(message);
      if (command.type === 'start') start(command.spec).catch(fail);
      else endBecause(command.reason);
    } catch (error) {
      // Without a session it would wait for ever; with one, what its parent says else is not worth it.
      if (session === null) fail(error);
      else log.error({ err: error }, 'a message of the gateway is not understood');
    }
  });
  process.on('SIGTERM', () => {
    control.hurry();
    endBecause('server-stopping');
  });
  // The terminal of whoever started the server is not ours to die with.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
}
