import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import proxyAddress from 'proxy-addr';

/**
 * Who is at the other end, behind so many proxies that we trust. What is further away could be made up.
 * Express finds `request.ip` in the same way; this is for requests that it does not see too.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  return withoutPort(proxyAddress(request, (_address, hop) => hop < trustedProxies));
}

/** The same for a request of an Express app. */
export function addressOf(request: Request): string {
  return clientAddress(request, Number(request.app.get('trust proxy')));
}

/** Some proxies write `address:port` (Azure's gateways, IIS): each connection of a client would be a client of its own. */
function withoutPort(address: string): string {
  if (ipaddr.isValid(address)) return address;
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? '';
  return ipaddr.isValid(bare) ? bare : address;
}
