/** What the stand-in can be told to answer. */

export type Answer = MessageAnswer | ErrorAnswer;

export interface MessageAnswer {
  kind: 'message';
  blocks: Block[];
  /** Before the first byte. Milliseconds. */
  delayMs: number;
  /** Between two pieces of text. Milliseconds. */
  pieceDelayMs: number;
  /** The stream breaks off with this error after its last block. */
  breaksWith?: ErrorAnswer;
}

export type Block = { type: 'text'; text: string } | { type: 'tool_use'; name: string; input: Record<string, unknown> };

export interface ErrorAnswer {
  kind: 'error';
  status: number;
  /** Anthropic's name for it. */
  type: string;
  message: string;
}

/** Status → Anthropic's name and a message like theirs. */
const ERRORS: Record<number, readonly [type: string, message: string]> = {
  400: ['invalid_request_error', 'The request is not valid.'],
  401: ['authentication_error', 'invalid x-api-key'],
  403: ['permission_error', 'This key may not use the model.'],
  404: ['not_found_error', 'Not found'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  429: ['rate_limit_error', 'This request would exceed your rate limit.'],
  500: ['api_error', 'Internal server error'],
  529: ['overloaded_error', 'Overloaded'],
};

export function text(content: string, pieceDelayMs = 0): MessageAnswer {
  return { kind: 'message', blocks: [{ type: 'text', text: content }], delayMs: 0, pieceDelayMs };
}

export function error(status: number, message?: string): ErrorAnswer {
  const [type, usual] = ERRORS[status] ?? ['api_error', `Status ${status}`];
  return { kind: 'error', status, type, message: message ?? usual };
}
