import ipaddr from 'ipaddr.js';

/** Of the eight groups of an IPv6 address, those that a network's provider gives out (RFC 6177): the rest is one subscriber's. */
const SUBSCRIBER_GROUPS = 4;

/** What limits count as one client: an IPv4 address, however it is written, or an IPv6 /64. */
export function addressGroup(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, SUBSCRIBER_GROUPS)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
