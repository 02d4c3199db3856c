/** Peers that begin something, never read, and never go: for tests of a gateway that is to stop. */
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { head } from '@claude-webui/testing/http/raw-peer';

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];
const WEB_SOCKET = '/socket.io/?EIO=4&transport=websocket';
const upgrade = head('GET', WEB_SOCKET, ...HANDSHAKE);

const request = (method: string, target: string, token: string, ...headers: string[]) =>
  head(method, target, `Authorization: Bearer ${token}`, ...headers);

/** The beginnings of what peers say; some need to be somebody's, and a session of theirs. */
export const STUBBORN: readonly ((token: string, sessionId: string) => string)[] = [
  () => '',
  () => 'GET /health HTTP/1.1\r\nHost: here\r\n',
  () => upgrade.slice(0, -2),
  () => upgrade,
  () => `${upgrade}\x81`,
  () => head('GET', '/socket.io/?EIO=4&transport=polling'),
  () => `${head('POST', '/auth/login', 'Content-Type: application/json', 'Content-Length: 1000')}{`,
  () => `${head('POST', '/socket.io/?EIO=4&transport=polling', 'Content-Length: 1000')}4`,
  () => `${head('POST', '/auth/login', 'Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 1000')}{`,
  () => head('GET', '/metrics').repeat(1000),
  (token, id) => `${request('PUT', `/api/v1/sessions/${id}/files/half`, token, 'Content-Length: 1000')}x`,
  (token, id) =>
    `${request('POST', `/api/v1/sessions/${id}/file-changes`, token, 'Content-Type: application/json', 'Content-Length: 14')}{"folders":[]}`,
];

/** Connects, says the words, and reads nothing. Its other side is its own to close. */
export function stubbornPeer(port: number, words: string): Socket {
  const peer = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  // How it ends is not the test's concern.
  peer.on('error', () => undefined);
  peer.pause();
  peer.write(words, 'latin1');
  return peer;
}
