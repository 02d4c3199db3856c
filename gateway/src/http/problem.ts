/** Errors as RFC 9457 problem documents. */
import type { ErrorRequestHandler, Request, Response } from 'express';
import * as z from 'zod';
import { AppError, ERRORS, problem } from '../errors';
import type { Logger } from '../log';
import { afterBody } from './body-deadline';
import { requestIdOf } from './request-id';

/** The last middleware: says what went wrong, and logs what should not have. */
export function problems(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const refusal = refusalFor(error);
    if (refusal.code === 'internal') log.error({ requestId: requestIdOf(request), err: error }, 'request failed');
    // Half an answer cannot become a problem document; a cut connection at least cannot pass for a whole one.
    if (response.headersSent) response.destroy();
    else if (isForPerson(request)) sendErrorPage(request, response, refusal);
    else sendProblem(request, response, refusal);
  };
}

function sendProblem(
  request: Request,
  response: Response,
  { code, status, detail, retryAfterSeconds }: AppError,
): void {
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  const document = {
    type: `urn:claude-webui:problem:${code}`,
    title: ERRORS[code].title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    requestId: requestIdOf(request),
  };
  const text = JSON.stringify(document);
  response
    .status(status)
    .set({ 'Cache-Control': 'no-store', 'Content-Length': String(Buffer.byteLength(text)) })
    .type('application/problem+json');
  if (request.method === 'HEAD') return void response.end();
  // All of it, as its length says; the connection stays until the rest of a refused body is through.
  response.write(text);
  afterBody(request, () => response.end());
}

/** A browser that opens an address asks for HTML first; programs and the page's own calls do not. */
function isForPerson(request: Request): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (/^\/(api|auth)(\/|$)/.test(request.originalUrl)) return false;
  return request.accepts(['application/problem+json', 'application/json', 'text/html']) === 'text/html';
}

/** Static text only: nothing of the address comes back in it. `/error.css` is a file of the page (web/public). */
function sendErrorPage(request: Request, response: Response, { code, status }: AppError): void {
  const title = status === 400 ? 'This address is not valid.' : ERRORS[code].title;
  const reference = status >= 500 ? `\n<p>Request id: <code>${requestIdOf(request)}</code></p>` : '';
  response.status(status).set({ 'Cache-Control': 'no-store' }).vary('Accept').type('html').send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Claude Code WebUI</title>
<link rel="icon" type="image/svg+xml" href="/icon.svg">
<link rel="stylesheet" href="/error.css">
</head>
<body>
<main>
<h1>${title}</h1>${reference}
<p><a href="/">Go to your sessions</a></p>
</main>
</body>
</html>
`);
}

/** What Express and its body parser throw: `status` says whose fault it is. */
const httpError = z.object({ status: z.int(), type: z.string().optional() });

function refusalFor(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { data } = httpError.safeParse(error);
  if (data === undefined || data.status >= 500) return problem('internal');
  if (data.status === 413) return problem('payload-too-large');
  if (data.status === 415) return problem('unsupported-media-type');
  if (data.status === 404) return problem('not-found');
  return problem('validation-failed', data.type === 'entity.parse.failed' ? 'The body is not JSON.' : undefined);
}
