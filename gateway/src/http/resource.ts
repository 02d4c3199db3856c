import type { Express, RequestHandler } from 'express';
import { problem } from '../errors';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Serves a path by its methods, and says which those are to any other. Paths are whole, for they label the metrics. */
export function resource(app: Express, path: string, handlers: Partial<Record<Method, RequestHandler[]>>): void {
  const route = app.route(path);
  const allow: string[] = [];
  const add = (method: Method, name: string) => {
    const chain = handlers[method];
    if (chain === undefined) return;
    route[method](...chain);
    allow.push(name);
  };
  add('get', 'GET, HEAD');
  add('post', 'POST');
  add('put', 'PUT');
  add('patch', 'PATCH');
  add('delete', 'DELETE');
  route.all((_request, response) => {
    response.setHeader('Allow', allow.join(', '));
    throw problem('method-not-allowed');
  });
}
