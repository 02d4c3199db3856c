import { after } from '@claude-webui/protocol';
import type { Revocations } from '../auth/revocations';
import type { Tokens } from '../auth/tokens';
import { AppError } from '../errors';
import type { Sessions } from '../sessions/sessions';
import type { ClientSocket } from './types';
import { closeSocket } from './types';

/**
 * Closes a socket when what opened it is no longer good: the token has expired or was revoked, the link has expired or
 * was taken back. A fresh token (`authenticate`) of the same person keeps it open.
 */
export function watchCredential(
  socket: ClientSocket,
  parts: { tokens: Tokens; revocations: Revocations; sessions: Sessions },
): void {
  const { identity } = socket.data;
  const stop =
    identity.kind === 'person'
      ? watchToken(socket, parts.tokens, parts.revocations)
      : watchLink(socket, identity, parts.sessions);
  socket.once('disconnect', stop);
}

function watchToken(socket: ClientSocket, tokens: Tokens, revocations: Revocations): () => void {
  let stopWaiting: () => void = () => undefined;
  const schedule = () => {
    stopWaiting();
    if (socket.data.identity.kind !== 'person') return;
    stopWaiting = closeAt(socket, socket.data.identity.claims.exp * 1000, 'token-expired');
  };
  schedule();
  const unsubscribe = revocations.subscribe((id) => {
    const { identity } = socket.data;
    if (identity.kind !== 'person') return;
    if (id === identity.claims.jti || id === identity.claims.sid) closeSocket(socket, 'signed-out');
  });
  socket.on('authenticate', (message: unknown) => {
    const { identity } = socket.data;
    const claims = verifyFresh(tokens, message);
    if (identity.kind !== 'person' || claims?.sub !== identity.claims.sub) {
      socket.emit('status', { state: 'error', reason: 'unauthorized' });
      return;
    }
    socket.data.identity = { kind: 'person', claims };
    schedule();
  });
  return () => {
    stopWaiting();
    unsubscribe();
  };
}

function verifyFresh(tokens: Tokens, message: unknown) {
  const token = typeof message === 'object' && message !== null && 'token' in message ? message.token : null;
  if (typeof token !== 'string') return null;
  try {
    return tokens.verifyAccess(token);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function watchLink(
  socket: ClientSocket,
  link: { shareId: string; expiresAt: number; record: { id: string } },
  sessions: Sessions,
): () => void {
  const stopWaiting = closeAt(socket, link.expiresAt, 'share-ended');
  const unsubscribe = sessions.subscribe((record) => {
    const isGone = record.id === link.record.id && !record.shares.some((share) => share.id === link.shareId);
    if (isGone && record.state !== 'ended') closeSocket(socket, 'share-ended');
  });
  return () => {
    stopWaiting();
    unsubscribe();
  };
}

function closeAt(socket: ClientSocket, at: number, reason: 'token-expired' | 'share-ended'): () => void {
  return after(at - Date.now(), () => closeSocket(socket, reason));
}
