/** A TCP connection's stop-cock: a proxy on loopback whose connections can stop reading, or be cut. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export class Valve {
  private readonly pairs = new Set<{ client: Socket; server: Socket }>();
  private stopped = false;

  private constructor(
    private readonly proxy: Server,
    targetPort: number,
  ) {
    proxy.on('connection', (client) => {
      const server = connect(targetPort, '127.0.0.1');
      const pair = { client, server };
      this.pairs.add(pair);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        from.setNoDelay(true);
        from.on('data', (data) => {
          if (!to.write(data)) from.pause();
        });
        to.on('drain', () => {
          if (from !== server || !this.stopped) from.resume();
        });
        from.on('error', () => undefined);
        from.on('close', () => {
          to.destroy();
          this.pairs.delete(pair);
        });
      }
      if (this.stopped) server.pause();
    });
  }

  static async before(port: number): Promise<Valve> {
    const proxy = createServer();
    const valve = new Valve(proxy, port);
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    return valve;
  }

  get port(): number {
    return (this.proxy.address() as AddressInfo).port;
  }

  /** Nothing is read from the server any more; what is typed still goes. */
  stop(): void {
    this.stopped = true;
    for (const { server } of this.pairs) server.pause();
  }

  open(): void {
    this.stopped = false;
    for (const { server } of this.pairs) server.resume();
  }

  /** Ends every connection as a dead network does, seen from both sides. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    this.proxy.close();
    await once(this.proxy, 'close');
  }
}
