import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request that is not answered as it wants to be. The message is for people. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** When trying again makes sense, in whole seconds from now. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** Answers with the refusal. The connection ends with it if a body is still to come, which nobody will read. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, message, retryAfterSeconds }: HttpRefusal,
): void {
  const text = JSON.stringify({ code, message });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(text);
}
