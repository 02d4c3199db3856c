import type { RequestHandler } from 'express';
import helmet from 'helmet';

const YEAR_SECONDS = 365 * 24 * 3600;

/** Nothing is permitted but what the client needs. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    // xterm.js writes its colours and cell sizes into <style> elements.
    'style-src': ["'self'", "'unsafe-inline'"],
    // Covers the WebSocket of the same host too (CSP Level 3).
    'connect-src': ["'self'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
  },
};

/** Security headers of every answer. Strict-Transport-Security means something, and is heeded, only over HTTPS. */
export function securityHeaders(): RequestHandler {
  const headers = helmet({ contentSecurityPolicy, strictTransportSecurity: false, xFrameOptions: { action: 'deny' } });
  return (request, response, next) => {
    if (request.secure) response.setHeader('Strict-Transport-Security', `max-age=${YEAR_SECONDS}`);
    headers(request, response, next);
  };
}
