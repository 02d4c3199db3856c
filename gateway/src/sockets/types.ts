import type { ClientToServerEvents, ServerToClientEvents, StatusCode } from '@claude-webui/protocol';
import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import type { Actor, AuditContext } from '../audit/events';
import type { Access } from '../auth/access';
import type { Guest, Person } from '../auth/authority';
import type { SessionRecord } from '../sessions/directory';
import type { ConnectionState } from './connection-state';
import type { ParsedHandshake } from './handshake';

/** What the handshake has shown. */
export interface SocketData {
  /** Who is at the other end: a person who has signed in, or whoever has a link. */
  access: Access<Person | Guest>;
  /** The session that a link shows; null for a person. */
  shown: SessionRecord | null;
  handshake: ParsedHandshake;
  /** Of the handshake: it names the connection in the log and in the audit log. */
  requestId: string;
  state: ConnectionState;
  /** As TRUST_PROXY lets it be known. */
  address: string;
  /** Why the server has ended the connection. */
  closedFor?: StatusCode;
}

export type TerminalServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
export type ClientSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

/** Tells a client why its connection ends, and ends it. */
export function closeSocket(socket: ClientSocket, reason: StatusCode): void {
  if (!socket.connected) return;
  tellToGo(socket, reason);
  socket.disconnect(true);
}

/** Tells a client why its connection is about to end. */
export function tellToGo(socket: ClientSocket, reason: StatusCode): void {
  socket.data.closedFor = reason;
  socket.data.state.become('closing');
  socket.emit('status', { state: 'closed', reason });
}

/** What every audit line of a connection says. Reads well after `...`. */
export const by = (data: SocketData): AuditContext => ({ actor: actorOf(data), requestId: data.requestId });

/** What every line of the log about a connection says. */
export function about({ access: { who }, requestId }: SocketData): object {
  return who.kind === 'guest' ? { requestId, shareId: who.shareId } : { requestId, userId: who.claims.sub };
}

/** Who is at the other end, for the audit log. */
function actorOf({ access: { who }, address }: SocketData): Actor {
  if (who.kind === 'guest') return { kind: 'link', id: who.shareId, address };
  const { sub: id, name, role } = who.claims;
  return { kind: 'person', id, name, role, address };
}
