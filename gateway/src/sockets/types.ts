import type { ClientToServerEvents, ServerToClientEvents, StatusCode } from '@claude-webui/protocol';
import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import type { Actor } from '../audit/events';
import type { Access } from '../auth/access';
import type { Guest, Person } from '../auth/authority';
import type { SessionRecord } from '../sessions/directory';
import type { ParsedHandshake } from './handshake';

/** What the handshake has shown. */
export interface SocketData {
  /** Who is at the other end: a person who has signed in, or whoever has a link. */
  access: Access<Person | Guest>;
  /** The session that a link shows; null for a person. */
  shown: SessionRecord | null;
  handshake: ParsedHandshake;
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
  socket.data.closedFor = reason;
  socket.emit('status', { state: 'closed', reason });
  socket.disconnect(true);
}

/** Who is at the other end, for the audit log. */
export function actorOf({ access: { who }, address }: SocketData): Actor {
  if (who.kind === 'guest') return { kind: 'link', id: who.shareId, address };
  const { sub: id, name, role } = who.claims;
  return { kind: 'person', id, name, role, address };
}
