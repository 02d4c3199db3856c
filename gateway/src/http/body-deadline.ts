/** Bodies of requests that do not come to an end. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const TIMES = {
  /** For all of a body, as Node's own default for `requestTimeout`. Milliseconds. */
  bodyMs: 300_000,
  /** For the rest of a body whose request is answered already. Milliseconds. */
  lingerMs: 5000,
};
/** As long as a line needs: here a silence ends it, not a total (http/files). Who may not upload is answered before the body. */
const UPLOADS = /^\/api\/v1\/sessions\/[^/]+\/(?:files|uploads)\//;

/** In the place of Node's `requestTimeout`, which knows no exceptions. Attach it after whatever takes requests away from others. */
export function limitBodies(http: Server, { bodyMs, lingerMs } = TIMES): void {
  http.requestTimeout = 0;
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // A request that has been given up has none any more.
    const { socket } = request;
    const cut = () => {
      if (!request.complete) socket.destroy();
    };
    const deadline = UPLOADS.test(request.url ?? '') ? null : setTimeout(cut, bodyMs).unref();
    response.once('finish', () => {
      if (!request.complete) setTimeout(cut, lingerMs).unref();
    });
    request.once('close', () => {
      if (deadline !== null) clearTimeout(deadline);
    });
  });
}

/**
 * Calls back when the body of a request that is refused has come to its end unread, or has been waited for long enough. A
 * connection that is closed before is reset, and its client may not see the answer.
 */
export function afterBody(request: IncomingMessage, then: () => void, { lingerMs } = TIMES): void {
  if (request.complete || request.destroyed) return then();
  const timer = setTimeout(done, lingerMs);
  function done() {
    clearTimeout(timer);
    request.off('end', done).off('close', done);
    then();
  }
  request.once('end', done).once('close', done).resume();
}
