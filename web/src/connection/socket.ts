import type { Handshake } from '@claude-webui/protocol';
import { packetParser } from '@claude-webui/protocol';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-parser';

/**
 * One connection to the gateway. It does not come back by itself: when and how often is decided by its owner, who shows
 * the wait and asks for the credential anew each time.
 */
export function openSocket(url: string, auth: Handshake): Socket {
  return io(url, {
    path: '/socket.io/',
    auth,
    parser: packetParser(parser),
    transports: ['websocket', 'polling'],
    reconnection: false,
    forceNew: true,
  });
}
