import type { RequestHandler } from 'express';
import { problem } from '../errors';
import { originAllowed, requestedHost } from './origin';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Browsers ask again after this long; Chromium's own limit. Seconds. */
const PREFLIGHT_SECONDS = '7200';

/** Refuses effects wanted by foreign pages, and answers the browser's questions for those of PUBLIC_ORIGIN (CORS). */
export function crossOrigin({
  publicOrigins,
  trustedProxies,
}: {
  publicOrigins: string[];
  trustedProxies: number;
}): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (origin !== undefined && publicOrigins.includes(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Access-Control-Allow-Credentials', 'true');
      response.setHeader(
        'Access-Control-Expose-Headers',
        'X-Request-Id, Retry-After, Location, ETag, Content-Range, Content-Disposition, Upload-Offset, Upload-Length',
      );
      if (request.method === 'OPTIONS') {
        response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE');
        response.setHeader(
          'Access-Control-Allow-Headers',
          'Authorization, Content-Type, X-Request-Id, If-Match, If-None-Match, Range, Upload-Offset',
        );
        response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
        response.status(204).end();
        return;
      }
    }
    const host = requestedHost(request.headers, trustedProxies);
    if (!SAFE_METHODS.has(request.method) && !originAllowed(origin, host, publicOrigins))
      throw problem('origin-refused');
    next();
  };
}
