import type { IncomingMessage } from 'node:http';

/** The client's address as Express finds `request.ip`, for connections that it does not see. */
export function clientAddress({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  // The nearest first. What is behind the last proxy that we trust could be made up.
  const hops = [socket.remoteAddress ?? '', ...forwarded.reverse()];
  return hops[Math.min(trustedProxies, hops.length - 1)] ?? '';
}
