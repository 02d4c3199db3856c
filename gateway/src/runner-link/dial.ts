import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttachQuery, RunnerScope } from '@claude-webui/protocol';
import { ATTACH_PATH, CONTROL_PATH } from '@claude-webui/protocol';
import { WebSocket } from 'ws';
import { AppError } from '../errors';
import type { SessionRecord } from '../sessions/directory';
import { attachUrl, runnerAuthorization } from './address';

/** Waits before each further try: a pod's address may be known before it answers. Milliseconds. */
const RETRY_AFTER_MS = [100, 300, 1000, 2000];
const HANDSHAKE_TIMEOUT_MS = 3000;
/** The largest message of an attach is a snapshot of a terminal. */
const MAX_ATTACH_MESSAGE_BYTES = 16 * 1024 * 1024;
/** The largest of a control link is an end with its detail: 2000 characters. */
const MAX_CONTROL_MESSAGE_BYTES = 64 * 1024;

/**
 * Opens an attach to a session's runner. What comes of it are frames, one per message, not decoded.
 * @throws AppError runner-unreachable
 */
export function dialRunner(
  record: SessionRecord,
  scope: 'drive' | 'view',
  query: AttachQuery,
  signal: AbortSignal,
): Promise<WebSocket> {
  const path = `${ATTACH_PATH}?${new URLSearchParams({ ...query }).toString()}`;
  return dial(record, scope, path, MAX_ATTACH_MESSAGE_BYTES, signal);
}

/** Opens a control link (protocol/src/runner-link.ts). @throws AppError runner-unreachable */
export function dialControl(record: SessionRecord, signal: AbortSignal): Promise<WebSocket> {
  return dial(record, 'control', CONTROL_PATH, MAX_CONTROL_MESSAGE_BYTES, signal);
}

/** The link is paused when it is returned. */
async function dial(
  record: SessionRecord,
  scope: RunnerScope,
  pathAndQuery: string,
  maxPayload: number,
  signal: AbortSignal,
): Promise<WebSocket> {
  for (let attempt = 0; ; attempt += 1) {
    const link = new WebSocket(attachUrl(record, pathAndQuery), {
      headers: runnerAuthorization(record, scope),
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload,
    });
    // An error that nobody listens to would end the process; what failed is closed by then.
    link.on('error', () => undefined);
    // Frames may come in one packet with the handshake's answer: only a pause inside the event is soon enough.
    link.once('open', () => link.pause());
    try {
      await once(link, 'open', { signal });
      return link;
    } catch {
      link.terminate();
      const wait = RETRY_AFTER_MS[attempt];
      if (signal.aborted || wait === undefined) throw new AppError('runner-unreachable');
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
