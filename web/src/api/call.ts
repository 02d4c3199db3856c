import type { Account } from './account';
import { errorOf } from './problem';

export interface CallOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Whether cookies of another origin's server are taken. */
  credentials?: 'include';
}

/**
 * A request as the signed-in person, with a body of JSON. A token that the server does not take is renewed once. @throws ApiError, SignInNeeded
 */
export async function call(
  account: Account,
  method: string,
  path: string,
  body?: object,
  options: CallOptions = {},
): Promise<Response> {
  const token = await account.token();
  let response = await send(account.url + path, method, token, body, options);
  if (response.status === 401)
    response = await send(account.url + path, method, await account.token(token), body, options);
  if (!response.ok) throw await errorOf(response);
  return response;
}

function send(
  url: string,
  method: string,
  token: string,
  body: object | undefined,
  { headers, signal, credentials }: CallOptions,
): Promise<Response> {
  return fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(signal === undefined ? {} : { signal }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
