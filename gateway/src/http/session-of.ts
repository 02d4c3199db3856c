import type { Request } from 'express';

/** Sessions have UUIDs; whatever else somebody has put there is not for a log. */
const PATH = /^\/api\/v1\/sessions\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:[/?]|$)/i;

/** The session that a request is about, whether or not there is such a one; undefined: none. */
export const sessionOf = ({ originalUrl }: Pick<Request, 'originalUrl'>): string | undefined =>
  PATH.exec(originalUrl)?.[1];
