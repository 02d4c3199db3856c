import { after } from '@claude-webui/protocol';
import type { Authority, Person } from '../auth/authority';
import type { Access } from '../auth/access';
import type { Tokens } from '../auth/tokens';
import { AppError } from '../errors';
import type { ClientSocket } from './types';
import { closeSocket } from './types';

/**
 * Closes a socket as soon as what opened it holds no more: at its time, and when it is revoked. What else can end it is looked
 * for by `closeLapsed`. A fresh token (`authenticate`) of the same person in the same role keeps it open.
 */
export function watchAccess(
  socket: ClientSocket,
  { tokens, authority }: { tokens: Tokens; authority: Authority },
): void {
  let forgetTime: () => void = () => undefined;
  const schedule = () => {
    forgetTime();
    const { untilMs } = socket.data.access;
    forgetTime = after(untilMs - Date.now(), () => closeLapsed(socket));
  };
  const unsubscribe = authority.subscribe((id) => {
    if (socket.data.access.endsWith.includes(id)) closeLapsed(socket);
  });
  socket.once('disconnect', () => {
    forgetTime();
    unsubscribe();
  });
  socket.on('authenticate', (message: unknown) => {
    const fresh = freshAccess(tokens, message);
    const { who, role } = socket.data.access;
    if (who.kind !== 'person' || fresh?.who.claims.sub !== who.claims.sub) {
      socket.emit('status', { state: 'error', reason: 'unauthorized' });
    } else if (fresh.role === role) {
      socket.data.access = fresh;
      schedule();
    } else {
      // What it was opened for is another role's.
      closeSocket(socket, 'token-expired');
    }
  });
  schedule();
  // What was revoked before anybody listened here.
  closeLapsed(socket);
}

/** Closes a socket whose access holds no more. */
export function closeLapsed(socket: ClientSocket): void {
  const lapse = socket.data.access.lapse();
  if (lapse !== null) closeSocket(socket, lapse);
}

function freshAccess(tokens: Tokens, message: unknown): Access<Person> | null {
  const token = typeof message === 'object' && message !== null && 'token' in message ? message.token : null;
  if (typeof token !== 'string') return null;
  try {
    return tokens.verifyAccess(token);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
