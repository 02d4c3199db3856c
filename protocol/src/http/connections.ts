import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Every connection of a server, also those that Node's own list forgets because they are no longer HTTP. A connection is
 * a stranger until something on it has proved who it is; of these there are only so many, and the oldest makes room.
 */
export class Connections {
  private readonly all = new Set<Socket>();
  private readonly strangers = new Set<Socket>();

  constructor(
    server: Server,
    private readonly maxStrangers: number,
  ) {
    server.on('connection', (socket: Socket) => this.add(socket));
  }

  /** This connection has proved who it is. */
  trust(socket: Socket): void {
    this.strangers.delete(socket);
  }

  destroy(): void {
    for (const socket of this.all) socket.destroy();
  }

  private add(socket: Socket): void {
    // One that is handed back to the parser is announced again.
    if (this.all.has(socket)) return;
    this.all.add(socket);
    this.strangers.add(socket);
    socket.once('close', () => {
      this.all.delete(socket);
      this.strangers.delete(socket);
    });
    if (this.strangers.size <= this.maxStrangers) return;
    const [oldest] = this.strangers;
    oldest?.destroy();
  }
}
