/** A TCP relay that can be cut, as a network can. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface SeverableProxy {
  url: string;
  /** Connections die without a goodbye, and new ones die at once. */
  cut(): void;
  /** What is sent on the connections that are there arrives nowhere, and neither end is told. New ones are taken as ever. */
  stall(): void;
  /** New connections die at once, those that are there go on. Resolves when the first has died. */
  refuse(): Promise<void>;
  /** Connections die, and new ones are taken and never answered. Resolves when the first is there. */
  swallow(): Promise<void>;
  mend(): void;
  close(): Promise<void>;
}

export async function startSeverableProxy(target: string): Promise<SeverableProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const swallowed = new Set<Socket>();
  const stalled = new Set<Socket>();
  let way: 'through' | 'refused' | 'swallowed' = 'through';
  let noticed: () => void = () => undefined;
  const server = createServer((near) => {
    if (way !== 'through') {
      if (way === 'refused') near.destroy();
      else
        swallowed.add(
          near
            .on('error', () => near.destroy())
            .on('close', () => swallowed.delete(near))
            .resume(),
        );
      noticed();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        stalled.delete(socket);
        other.destroy();
      });
      socket.on('data', (data) => {
        if (stalled.has(near)) return;
        if (!other.write(data)) socket.pause();
      });
      socket.on('drain', () => other.resume());
      socket.on('end', () => other.end());
    }
  });
  const killAll = () => {
    for (const socket of [...sockets, ...swallowed]) socket.resetAndDestroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut: () => {
      way = 'refused';
      killAll();
    },
    stall: () => {
      for (const socket of sockets) stalled.add(socket);
    },
    refuse: () => {
      way = 'refused';
      return new Promise((resolve) => (noticed = resolve));
    },
    swallow: () => {
      way = 'swallowed';
      killAll();
      return new Promise((resolve) => (noticed = resolve));
    },
    mend: () => (way = 'through'),
    close: async () => {
      killAll();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
