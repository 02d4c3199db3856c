import type { RawData, WebSocket } from 'ws';

/**
 * Takes the messages of a runner. What one of them throws, and a message that is not one piece, costs this link and no more: a
 * runner shares its pod with what the person runs there. @param failed hears of it first
 */
export function onMessage(
  link: WebSocket,
  take: (message: Buffer) => void,
  failed: (error: unknown) => void = () => undefined,
): void {
  link.on('message', (data: RawData) => {
    try {
      if (!Buffer.isBuffer(data)) throw new Error('a message of a runner is not one piece');
      take(data);
    } catch (error) {
      failed(error);
      link.terminate();
    }
  });
}
