/** A runner as the one container of a session pod (protocol/src/pod.ts). */
import { background, onBackgroundFailure } from '@claude-webui/protocol';
import type { SessionEnd } from '@claude-webui/protocol';
import { readPodEnvironment } from '../config/pod-environment';
import { createLog } from '../log';
import type { PodProgram } from './pod';
import { Pod, failedStart } from './pod';
import { writeTerminationLog } from './termination-log';

const log = createLog();

/**
 * 128 and the number of SIGTERM, as shells count. The kubelet forgets why it evicted a pod whose containers all left with 0, for
 * then the pod has "succeeded" (generateAPIPodStatus in kubelet_pods.go).
 */
const TAKEN_AWAY = 143;

/** @param command another program than Claude Code, and its arguments */
export function runPod([path, ...args]: string[]): void {
  const program: PodProgram =
    path === undefined ? { path: null, args: [], kind: 'claude' } : { path, args, kind: 'plain' };
  serve(program).then(
    ({ reason }) => process.exit(reason === 'server-stopping' ? TAKEN_AWAY : 0),
    (error: unknown) => {
      log.fatal({ err: error }, error instanceof Error ? error.message : 'the runner could not start');
      process.exit(1);
    },
  );
}

/** Until the session is over, or the pod is taken away. */
async function serve(program: PodProgram): Promise<SessionEnd> {
  const environment = readPodEnvironment();
  log.level = environment.logLevel;
  onBackgroundFailure((what, error, context) =>
    log.error({ ...context, err: error, what }, 'work in the background failed'),
  );
  const pod = new Pod(environment, program, log);
  process.on('SIGTERM', () => background('leave', pod.leave()));
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  const ports = await pod.open().catch(async (error: unknown) => {
    writeEnd(environment.terminationLog, failedStart(error));
    // The program may run already.
    await pod.leave();
    throw error;
  });
  log.info({ ...ports, podUid: environment.podUid }, 'runner started');
  const end = await pod.over;
  log.info({ reason: end.reason, exitCode: end.exitCode }, 'session ended');
  writeEnd(environment.terminationLog, end);
  await pod.announce(end);
  await pod.close();
  return end;
}

function writeEnd(file: string, end: SessionEnd): void {
  try {
    writeTerminationLog(file, end);
  } catch (error) {
    log.warn({ err: error }, 'the end could not be written for the operator');
  }
}
