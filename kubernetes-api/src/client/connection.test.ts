import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { Connection } from './connection';

/** As the fence of an operator that has lost its lease. */
const refuse = () => {
  throw new Error('does not lead');
};

async function listening(server: Server | TcpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const connectionTo = (server: string) =>
  new Connection({ getCurrentCluster: () => ({ server }), applyToHTTPSOptions: () => Promise.resolve() }, 'test');

describe('a write behind a fence', () => {
  it('that is refused never reaches the server', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    });
    const connection = connectionTo(`http://${await listening(server)}`);
    try {
      const write = { method: 'POST', path: '/written', body: {}, timeoutMs: 5000 };
      await expect(connection.send({ ...write, beforeSend: refuse })).rejects.toThrow('does not lead');
      (await connection.send({ ...write, path: '/after' })).resume();
      expect(asked).toEqual(['/after']);
    } finally {
      connection.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('is not asked before the socket is connected: it may take until the lease is lost', async () => {
    let asked = 0;
    // Takes connections and answers no handshake.
    const server = createTcpServer();
    const accepted = once(server, 'connection');
    const connection = connectionTo(`https://${await listening(server)}`);
    const abort = new AbortController();
    const write = { method: 'POST', path: '/written', timeoutMs: 5000, signal: abort.signal };
    const sent = connection.send({ ...write, beforeSend: () => (asked += 1) });
    const refused = expect(sent).rejects.toThrow('aborted');
    const [socket] = (await accepted) as [Socket];
    try {
      // The greeting of the handshake: the request would be next.
      await once(socket, 'data');
      expect(asked).toBe(0);
    } finally {
      abort.abort();
      await refused;
      connection.close();
      socket.destroy();
      server.close();
    }
  });
});
