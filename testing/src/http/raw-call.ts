import type { ClientRequest, IncomingHttpHeaders, RequestOptions } from 'node:http';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request whose body is still to be sent. The path goes as it is: `fetch` would tidy it up. */
export function openCall(options: RequestOptions): { outgoing: ClientRequest; answer: Promise<Answer> } {
  const outgoing = request(options);
  const answer = new Promise<Answer>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      buffer(response).then((body) => resolve({ status, headers, body }), reject);
    });
  });
  // A test that cuts its own request does not wait for the answer.
  answer.catch(() => undefined);
  return { outgoing, answer };
}
