import { request } from 'node:http';
import { MODEL_CALL_PATH } from '@claude-webui/protocol';
import type { SessionRecord } from '../sessions/directory';
import { requestTarget, runnerAuthorization } from './address';

/** A mark holds this long, so that a gateway that dies does not keep a session for ever. Milliseconds. */
const MARK_MS = 60_000;
const RENEW_MS = 20_000;

/** Tells a session's runner that a model call is in flight, until the returned function is called. */
export function markModelCall(record: SessionRecord): () => void {
  mark(record, MARK_MS);
  const timer = setInterval(() => mark(record, MARK_MS), RENEW_MS);
  return () => {
    clearInterval(timer);
    mark(record, 0);
  };
}

/** A runner that cannot be told has gone, or will hear of the next call. */
function mark(record: SessionRecord, ttlMs: number): void {
  if (record.endpoint === null) return;
  const headers = { ...runnerAuthorization(record, 'control'), 'content-type': 'application/json' };
  const call = request({ ...requestTarget(record), method: 'PUT', path: MODEL_CALL_PATH, headers });
  call.on('response', (response) => response.resume());
  call.on('error', () => undefined);
  call.end(JSON.stringify({ ttlMs }));
}
