import type { Express, RequestHandler } from 'express';
import * as z from 'zod';
import { problem } from '../errors';
import { refuseOtherFields } from './input';
import type { Method, Operations } from './operation';
import { OPERATIONS } from './operations';

type Route = keyof typeof OPERATIONS;
/** Just the methods of the table; `get` also answers HEAD. */
type Handlers<R extends Route> = Record<Exclude<keyof (typeof OPERATIONS)[R], 'head'>, RequestHandler[]>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const satisfies Method[];
const NO_QUERY = z.strictObject({});

/** Serves a route of the API. Fields of the query that the table does not have are refused before anything is done. */
export function resource<R extends Route>(app: Express, route: R, handlers: Handlers<R>): void {
  const operations: Operations[string] = OPERATIONS[route];
  const given: Partial<Record<Method, RequestHandler[]>> = handlers;
  const checked = METHODS.map((method) => {
    const chain = given[method];
    const query = operations[method]?.query ?? NO_QUERY;
    const check: RequestHandler = (request, _response, next) => {
      refuseOtherFields(request, query);
      next();
    };
    return chain === undefined ? [] : [[method, [check, ...chain]] as const];
  });
  serveMethods(app, route, Object.fromEntries(checked.flat()));
}

/** Serves a path by its methods, and says which those are to any other. Paths are whole, for they label the metrics. */
export function serveMethods(
  app: Express,
  path: string,
  handlers: Partial<Record<(typeof METHODS)[number], RequestHandler[]>>,
): void {
  const route = app.route(path);
  const allow: string[] = [];
  for (const method of METHODS) {
    const chain = handlers[method];
    if (chain === undefined) continue;
    route[method](...chain);
    allow.push(method === 'get' ? 'GET, HEAD' : method.toUpperCase());
  }
  route.all((_request, response) => {
    response.setHeader('Allow', allow.join(', '));
    throw problem('method-not-allowed');
  });
}
