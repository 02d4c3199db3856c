import type { Account } from './account';
import { ApiError, errorFrom } from './problem';

/** A dead connection says nothing: nothing has gone out, and no answer come, for so long. Milliseconds. */
const SILENCE_MS = 30_000;

export interface Sending {
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Hears how many bytes have gone out. */
  progress: (bytes: number) => void;
}

export interface SentAnswer {
  status: number;
  body: string;
  header(name: string): string | null;
}

/**
 * Sends the bytes of a file. Not by fetch, which tells nothing of what has gone out.
 * @throws ApiError for what the server refuses, NotSent when nothing was answered, the signal's reason
 */
export async function sendBlob(
  account: Account,
  method: string,
  path: string,
  blob: Blob,
  sending: Sending,
): Promise<SentAnswer> {
  const token = await account.token();
  let answer = await sendOnce(account.url + path, method, token, blob, sending);
  if (answer.status === 401)
    answer = await sendOnce(account.url + path, method, await account.token(token), blob, sending);
  if (answer.status >= 400) throw errorFrom(answer.status, answer.body);
  return answer;
}

/** Nobody knows whether the server has taken it. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

function sendOnce(url: string, method: string, token: string, blob: Blob, sending: Sending): Promise<SentAnswer> {
  const { headers, signal, progress } = sending;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout>;
    const settle = (end: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      end();
    };
    const lost = () => settle(() => reject(new NotSent('The connection was lost.')));
    const abort = () => {
      settle(() => reject(reasonOf(signal)));
      request.abort();
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        lost();
        request.abort();
      }, SILENCE_MS);
    };
    request.upload.addEventListener('progress', ({ loaded }) => {
      wait();
      progress(loaded);
    });
    request.addEventListener('load', () =>
      settle(() =>
        resolve({
          status: request.status,
          body: request.responseText,
          header: (name) => request.getResponseHeader(name),
        }),
      ),
    );
    request.addEventListener('error', lost);
    request.open(method, url);
    request.setRequestHeader('authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();
    wait();
    request.send(blob);
  });
}

const reasonOf = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new ApiError('aborted', 'This was given up.', 0);
