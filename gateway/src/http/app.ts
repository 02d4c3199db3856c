/** The HTTP side of the gateway, put together. */
import type { Express } from 'express';
import express from 'express';
import type { Config } from '../config/config';
import { problem } from '../errors';
import type { Logger } from '../log';
import type { AskWorkspace } from '../runner-link/workspace';
import type { Links } from '../sessions/links';
import type { AdministrationParts } from './administration';
import { serveAdministration } from './administration';
import type { AuthParts } from './auth';
import { auditRefusals } from './audit-refusals';
import { serveAuth } from './auth';
import { authenticator } from './authenticate';
import type { Edge } from './edge';
import { serveFiles } from './files/files';
import { readerTokenOf } from './files/link-cookie';
import { serveHealth } from './health';
import { serveMetrics } from './metrics';
import { observe } from './observe';
import { serveOidc } from './oidc';
import { serveOpenApi } from './openapi';
import { problems } from './problem';
import type { CountRequest } from './rate-limit';
import { limitRate } from './rate-limit';
import type { SessionCalls } from './sessions';
import { serveSessions } from './sessions';
import { serveShares } from './shares';
import { serveWeb } from './web';

export interface AppParts extends AuthParts, Omit<AdministrationParts, 'users'> {
  config: Config['http'];
  /** Gives answers their headers before they come here. */
  edge: Pick<Edge, 'assertAllowed'>;
  log: Logger;
  sessions: SessionCalls;
  links: Links;
  countRequest: CountRequest;
  askWorkspace: AskWorkspace;
  /** Aborts when the server stops. */
  draining: AbortSignal;
  /** Reasons why the gateway cannot serve now; none if it can. */
  notReady: () => readonly string[];
}

/** Knows no sockets: the caller gives it to an HTTP server. */
export function createApp(parts: AppParts): Express {
  const { audit, config, edge, log, metrics, sessions, tokens } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustedProxies);
  app.use(observe(log, metrics), (request, _response, next) => {
    edge.assertAllowed(request);
    next();
  });
  app.use(['/auth', '/api'], limitRate(config.rateLimit, parts.countRequest, tokens), (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  const authenticate = authenticator(tokens, metrics);
  serveHealth(app, parts.notReady);
  serveMetrics(app, metrics);
  serveAuth(app, parts, authenticate);
  serveOidc(app, parts);
  serveSessions(app, sessions, authenticate, audit);
  serveShares(app, parts, authenticate, audit);
  serveFiles(app, {
    ...{ sessions, authenticate, audit },
    authenticateReader: authenticator(tokens, metrics, readerTokenOf),
    askWorkspace: parts.askWorkspace,
    maxFileBytes: config.maxFileBytes,
    draining: parts.draining,
  });
  serveAdministration(app, parts, authenticate);
  serveOpenApi(app);
  serveWeb(app, config.webRoot);
  app.use(() => {
    throw problem('not-found');
  });
  app.use(auditRefusals(audit), problems(log));
  return app;
}
