import { SignInNeeded } from './sign-in-needed';

/** An error that the server, or the way to it, answers with. Its message is a sentence for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The error behind an answer (RFC 9457); proxies answer with something else. */
export async function errorOf(response: Response): Promise<ApiError> {
  return errorFrom(response.status, await response.text().catch(() => ''));
}

export function errorFrom(status: number, text: string): ApiError {
  const body = parsed(text);
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const { code, title, detail } = fields;
  const sentence = [title, detail].filter((part) => typeof part === 'string').join(' ');
  return new ApiError(
    typeof code === 'string' ? code : 'unknown',
    sentence === '' ? `The server answered with status ${status}. Try again in a moment.` : sentence,
    status,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A sentence for whatever went wrong. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError || error instanceof SignInNeeded) return error.message;
  return 'The server cannot be reached. Check your connection and try again.';
}
