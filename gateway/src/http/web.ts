/** The built web client. */
import { join } from 'node:path';
import type { Express, RequestHandler } from 'express';
import { static as serveStatic } from 'express';
import { serveMethods } from './resource';

/** Vite names assets by their content: what has a name never changes. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

const NOT_BUILT = `<!doctype html>
<html lang="en">
<title>Claude Code WebUI</title>
<h1>The web client is not built</h1>
<p>Run <code>npm run build</code> in the project, then reload this page.</p>
</html>
`;

/** Addresses within the page (web/src/pages/route.ts): sessions and share links, and the administration. */
const PAGES = ['/', '/s{/*rest}', '/administration{/*rest}'];

/** Serves `webRoot`. */
export function serveWeb(app: Express, webRoot: string): void {
  const page: RequestHandler = (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-cache');
    response.sendFile('index.html', { root: webRoot, cacheControl: false }, (error: unknown) => {
      if (isMissing(error)) response.status(503).type('html').send(NOT_BUILT);
      else if (error !== undefined) next(error);
    });
  };
  for (const path of PAGES) serveMethods(app, path, { get: [page] });
  app.use(
    serveStatic(webRoot, {
      index: false,
      redirect: false,
      setHeaders: (response, path) => {
        const isAsset = path.startsWith(join(webRoot, 'assets'));
        response.setHeader('Cache-Control', isAsset ? IMMUTABLE : 'no-cache');
      },
    }),
  );
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === 404;
}
