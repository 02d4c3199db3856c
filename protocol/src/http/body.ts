import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './refusal';

/** Bodies read as a whole are a few KiB from a peer in the same network. Milliseconds. */
const BODY_TIMEOUT_MS = 10_000;

/**
 * The whole body.
 * @throws HttpRefusal 413 above `maxBytes`, 408 if it takes too long
 * @throws Error if the peer breaks off: there is nobody to answer then
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  timeoutMs = BODY_TIMEOUT_MS,
): Promise<Buffer> {
  const tooLarge = () => new HttpRefusal(413, 'too-large', `The body may have at most ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const tooSlow = new HttpRefusal(408, 'too-slow', `The body did not arrive within ${timeoutMs / 1000} seconds.`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(tooSlow), timeoutMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      request.pause();
      end();
    };
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) settle(() => reject(tooLarge()));
      else chunks.push(chunk);
    });
    request.once('end', () => settle(resolve));
    request.once('error', (error) => settle(() => reject(error)));
    request.once('close', () => settle(() => reject(new Error('the peer broke off'))));
  });
  return Buffer.concat(chunks, bytes);
}
