/**
 * Calls back after the browser had its turn. Not by a timer: after a few in a row browsers wait 4 ms before each, and in hidden pages a
 * second or a minute.
 */
export class Turns {
  private readonly channel = new MessageChannel();
  private waiting: (() => void)[] = [];

  constructor() {
    this.channel.port1.onmessage = () => {
      const [next] = this.waiting.splice(0, 1);
      next?.();
    };
  }

  defer(run: () => void): void {
    this.waiting.push(run);
    this.channel.port2.postMessage(null);
  }

  close(): void {
    this.waiting = [];
    this.channel.port1.close();
  }
}
