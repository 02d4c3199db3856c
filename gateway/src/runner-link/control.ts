/** What gateways and runners say to each other about a session, beside its terminal (protocol/src/runner-link.ts). */
import type { RunnerCommand, RunnerEvent, SessionEnd, SessionEndReason } from '@claude-webui/protocol';
import type { WebSocket } from 'ws';
import type { SessionRecord } from '../sessions/directory';
import { dialControl } from './dial';
import { onMessage } from './on-message';
import { parseRunnerEvent } from './runner-event';

/** Says that the word of the end was heard (RFC 6455 §7.4.1, normal closure). */
const HEARD = 1000;
const NOT_UNDERSTOOD = 1008;

/**
 * Tells everything that happens to a session until its end, or until the link breaks or `signal` aborts, whichever comes first.
 * @throws AppError runner-unreachable
 */
export async function followRunner(
  record: SessionRecord,
  tell: (event: RunnerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const link = await dialControl(record, signal);
  await listen(link, tell, signal);
}

/**
 * Ends a session; resolves when its runner has said that nothing of it is left, or with null when that could not be heard.
 * @throws AppError runner-unreachable
 */
export async function endRunner(
  record: SessionRecord,
  reason: Extract<SessionEndReason, 'terminated' | 'server-stopping'>,
  signal: AbortSignal,
): Promise<SessionEnd | null> {
  const link = await dialControl(record, signal);
  let end: SessionEnd | null = null;
  link.send(JSON.stringify({ type: 'end', reason } satisfies RunnerCommand));
  await listen(link, (event) => (end = event.type === 'ended' ? event.end : end), signal);
  return end;
}

async function listen(link: WebSocket, tell: (event: RunnerEvent) => void, signal: AbortSignal): Promise<void> {
  onMessage(link, (message) => {
    const event = parseRunnerEvent(message.toString('utf8'));
    if (event === null) return link.close(NOT_UNDERSTOOD);
    if (event === 'unknown') return;
    tell(event);
    if (event.type === 'ended') link.close(HEARD);
  });
  // Not `once(link, 'close')`: it would reject with the error of a link that breaks, which is one way to end like the others.
  const closed = new Promise((resolve) => link.once('close', resolve));
  const leave = () => link.terminate();
  signal.addEventListener('abort', leave, { once: true });
  link.resume();
  if (signal.aborted) leave();
  await closed;
  signal.removeEventListener('abort', leave);
}
