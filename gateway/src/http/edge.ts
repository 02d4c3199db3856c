/** What every answer of the port says, and what is refused before anybody looks at the path. */
import type { IncomingMessage } from 'node:http';
import { problem } from '../errors';
import { hostKnown } from './known-hosts';
import { originAllowed, requestedHost } from './origin';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id';
import { SECURITY_HEADERS, STRICT_TRANSPORT_SECURITY } from './security-headers';

export interface EdgeOptions {
  /** Origins allowed beside the server's own. */
  publicOrigins: readonly string[];
  /** Names of the server beside those of its origins. */
  allowedHosts: readonly string[];
  /** Proxies in front whose X-Forwarded-* headers count. */
  trustedProxies: number;
}

/** Asked by machines, at whatever address they know; they tell nobody's secrets. */
const FOR_MACHINES = new Set(['/health', '/ready', '/metrics']);
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Browsers ask again after this long; Chromium's own limit. Seconds. */
const PREFLIGHT_SECONDS = '7200';

/** What pages of PUBLIC_ORIGIN may know of an answer (CORS). */
const EXPOSED =
  'X-Request-Id, Retry-After, Location, ETag, Content-Range, Content-Disposition, Upload-Offset, Upload-Length';
/** And what they may ask. */
const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, X-Request-Id, If-Match, If-None-Match, Range, Upload-Offset',
  'Access-Control-Max-Age': PREFLIGHT_SECONDS,
};

export class Edge {
  private readonly hosts: ReadonlySet<string>;

  constructor(private readonly options: EdgeOptions) {
    const { publicOrigins, allowedHosts } = options;
    this.hosts = new Set([...publicOrigins.map((origin) => new URL(origin).hostname), ...allowedHosts]);
  }

  /** Headers of the answer to a request; null: one that could not be read. */
  headers(request: IncomingMessage | null): Record<string, string> {
    if (request === null) return { ...SECURITY_HEADERS, Vary: 'Origin' };
    return {
      ...SECURITY_HEADERS,
      ...(this.isSecure(request) ? STRICT_TRANSPORT_SECURITY : {}),
      ...this.crossOriginHeaders(request),
      [REQUEST_ID_HEADER]: requestIdOf(request),
    };
  }

  /** Whether the request only asks what a page of PUBLIC_ORIGIN may do: `headers` has the answer. */
  isPreflight({ method, headers: { origin } }: IncomingMessage): boolean {
    return method === 'OPTIONS' && this.isPublic(origin);
  }

  /** Whether a page from where this request comes may connect or have effects (RFC 6455 §10.2: browsers let any page try). */
  originAllowed({ headers }: IncomingMessage): boolean {
    const { publicOrigins, trustedProxies } = this.options;
    return originAllowed(headers.origin, requestedHost(headers, trustedProxies), publicOrigins);
  }

  /** @throws AppError host-refused, origin-refused */
  assertAllowed(request: IncomingMessage): void {
    if (!this.isForMachines(request) && !this.nameProved(request)) throw problem('host-refused');
    if (!SAFE_METHODS.has(request.method ?? '') && !this.originAllowed(request)) throw problem('origin-refused');
  }

  private isForMachines({ method, url }: IncomingMessage): boolean {
    return method === 'GET' && FOR_MACHINES.has(url ?? '');
  }

  /** Over HTTPS a certificate has proved the name already. */
  private nameProved(request: IncomingMessage): boolean {
    if (this.isSecure(request)) return true;
    return hostKnown(requestedHost(request.headers, this.options.trustedProxies), this.hosts);
  }

  /** TLS always ends at a proxy in front. */
  private isSecure({ headers }: IncomingMessage): boolean {
    const forwarded = headers['x-forwarded-proto'];
    if (this.options.trustedProxies === 0 || typeof forwarded !== 'string') return false;
    return forwarded.split(',')[0]?.trim() === 'https';
  }

  private isPublic(origin: string | undefined): origin is string {
    return origin !== undefined && this.options.publicOrigins.includes(origin);
  }

  private crossOriginHeaders(request: IncomingMessage): Record<string, string> {
    const { origin } = request.headers;
    if (!this.isPublic(origin)) return { Vary: 'Origin' };
    return {
      Vary: 'Origin',
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': EXPOSED,
      ...(this.isPreflight(request) ? PREFLIGHT_HEADERS : {}),
    };
  }
}
