import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const HEADER = 'X-Request-Id';
/** What a proxy in front may have chosen; anything else could be meant for whoever reads the log. */
const SANE = /^[\w.-]{1,64}$/;

/** Names each request, in its answer and in the log. */
export const nameRequest: RequestHandler = (request, response, next) => {
  const given = request.get(HEADER);
  response.setHeader(HEADER, given !== undefined && SANE.test(given) ? given : randomUUID());
  next();
};

export function requestIdOf(response: Response): string {
  return String(response.getHeader(HEADER));
}
