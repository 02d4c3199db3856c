/** By which names people reach this server (DNS rebinding). */
import ipaddr from 'ipaddr.js';

/**
 * Whether a request may name this host. A page whose own name has been made to resolve to this server is same-origin with it, so
 * that its Origin says nothing; its Host is still its own name. Addresses cannot be rebound, and `localhost` is nobody's.
 */
export function hostKnown(host: string | undefined, known: ReadonlySet<string>): boolean {
  // Browsers always send one.
  if (host === undefined) return true;
  const [, bracketed, plain = ''] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  if (bracketed !== undefined) return ipaddr.IPv6.isValid(bracketed);
  const name = plain.toLowerCase().replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    ipaddr.IPv4.isValidFourPartDecimal(name) ||
    (name !== '' && known.has(name))
  );
}
