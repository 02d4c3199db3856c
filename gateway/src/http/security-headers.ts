import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
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

/** Of every answer, also where there is no ServerResponse to set them on: refused handshakes, and requests that cannot be parsed. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = headersOf(
  helmet({ contentSecurityPolicy, strictTransportSecurity: false, xFrameOptions: { action: 'deny' } }),
);

/** Means something, and is heeded, only over HTTPS. */
export const STRICT_TRANSPORT_SECURITY = { 'Strict-Transport-Security': `max-age=${YEAR_SECONDS}` };

function headersOf(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, () => undefined);
  return Object.fromEntries(response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]));
}
