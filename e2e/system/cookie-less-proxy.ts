/** A reverse proxy that lets no cookie through: what a browser that refuses cookies makes of a server. No WebSockets either. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface CookieLessProxy {
  url: string;
  close(): Promise<void>;
}

export async function startCookieLessProxy(target: string): Promise<CookieLessProxy> {
  const server = createServer((incoming, outgoing) => {
    const { cookie: _cookie, ...headers } = incoming.headers;
    const onward = request(target + (incoming.url ?? ''), { method: incoming.method, headers }, (answer) => {
      const { 'set-cookie': _set, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on('upgrade', (_request, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
