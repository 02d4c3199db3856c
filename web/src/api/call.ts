import type { Account } from './account';
import { errorOf } from './problem';

/** A request as the signed-in person; files are sent as they are, all else as JSON. @throws ApiError */
export async function call(account: Account, method: string, path: string, body?: object): Promise<Response> {
  const isFile = body instanceof Blob;
  const response = await fetch(__API_URL__ + path, {
    method,
    headers: {
      authorization: `Bearer ${await account.token()}`,
      ...(body === undefined || isFile ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
  });
  if (!response.ok) throw await errorOf(response);
  return response;
}
