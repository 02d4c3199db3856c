import type { Express } from 'express';
import { problem } from '../errors';
import { resource } from './resource';

/** `/health`: the process is alive. `/ready`: it can serve; `notReady` gives the reasons why not, none if it can. */
export function serveHealth(app: Express, notReady: () => readonly string[]): void {
  resource(app, '/health', { get: [(_request, response) => void response.json({ status: 'ok' })] });
  resource(app, '/ready', {
    get: [
      (_request, response) => {
        const reasons = notReady();
        if (reasons.length > 0) throw problem('not-ready', reasons.join('; '));
        response.json({ status: 'ready' });
      },
    ],
  });
}
