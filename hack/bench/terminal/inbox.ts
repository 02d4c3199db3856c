/** Output that waits for its one listener; a program may speak before anybody has asked. */
export class Inbox {
  private waiting: Uint8Array[] = [];
  private listener: ((data: Uint8Array) => void) | null = null;

  readonly push = (data: Uint8Array): void => {
    if (this.listener === null) this.waiting.push(data);
    else this.listener(data);
  };

  readonly onData = (listener: (data: Uint8Array) => void): void => {
    this.listener = listener;
    for (const data of this.waiting.splice(0)) listener(data);
  };
}
