/** Which pages may use the server: its own, and those of PUBLIC_ORIGIN. */
import type { IncomingHttpHeaders } from 'node:http';

/** Whether a request from this Origin may have effects. Without an Origin it does not come from a page. */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

/** The host that the browser asked for; what a proxy says of it counts only if there is one that we trust. */
export function requestedHost(headers: IncomingHttpHeaders, trustedProxies: number): string | undefined {
  const forwarded = headers['x-forwarded-host'];
  if (trustedProxies === 0 || typeof forwarded !== 'string') return headers.host;
  return forwarded.split(',')[0]?.trim();
}
