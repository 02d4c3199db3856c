/** The answers in the shapes of the Messages API: a whole message, or the sequence of its server-sent events. */
import type { Block, ErrorAnswer, MessageAnswer } from './answer';
import type { MessagesRequest } from './messages-request';
import { lastUserMessage } from './messages-request';

export interface Usage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
}

/** One server-sent event, and how long to wait before it. */
export interface StreamEvent {
  delayMs: number;
  data: { type: string } & Record<string, unknown>;
}

/** A rule of thumb; only its being the same every time matters. */
const CHARACTERS_PER_TOKEN = 4;

/** All tokens of a request. */
export function promptTokens(request: MessagesRequest): number {
  return tokens(request.messages.reduce((sum, message) => sum + message.length, request.prefixLength));
}

/** Tokens as a provider with a prompt cache would count them: what came before the last message is read from it. */
export function usageOf(request: MessagesRequest, answer: MessageAnswer): Usage {
  const fresh = tokens(lastUserMessage(request)?.length ?? 0);
  const earlier = promptTokens(request) - fresh;
  const first = request.messages.every((message) => message.role !== 'assistant');
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: first ? earlier : 0,
    cache_read_input_tokens: first ? 0 : earlier,
    output_tokens: tokens(answer.blocks.reduce((sum, block) => sum + pieces(block).join('').length, 0)),
  };
}

/** The message that an answer without streaming is. */
export function message(id: string, request: MessagesRequest, answer: MessageAnswer): Record<string, unknown> {
  return {
    ...emptyMessage(id, request),
    content: answer.blocks.map((block, index) => (block.type === 'text' ? block : { ...block, id: toolId(id, index) })),
    stop_reason: stopReason(answer),
    usage: usageOf(request, answer),
  };
}

/** The events of a streamed answer, in the order of the real API. */
export function* messageEvents(id: string, request: MessagesRequest, answer: MessageAnswer): Generator<StreamEvent> {
  const usage = usageOf(request, answer);
  const at = (data: StreamEvent['data'], delayMs = 0): StreamEvent => ({ delayMs, data });
  yield at({
    type: 'message_start',
    message: { ...emptyMessage(id, request), usage: { ...usage, output_tokens: 1 } },
  });
  yield at({ type: 'ping' });
  for (const [index, block] of answer.blocks.entries()) {
    yield at({ type: 'content_block_start', index, content_block: emptyBlock(id, index, block) });
    for (const piece of pieces(block)) {
      const delta =
        block.type === 'text' ? { type: 'text_delta', text: piece } : { type: 'input_json_delta', partial_json: piece };
      yield at({ type: 'content_block_delta', index, delta }, answer.pieceDelayMs);
    }
    yield at({ type: 'content_block_stop', index });
  }
  if (answer.breaksWith !== undefined) {
    yield at(errorBody(answer.breaksWith));
    return;
  }
  yield at({ type: 'message_delta', delta: { stop_reason: stopReason(answer), stop_sequence: null }, usage });
  yield at({ type: 'message_stop' });
}

/** An error as the body of a response or as an event in a stream. */
export function errorBody({ type, message }: ErrorAnswer): StreamEvent['data'] {
  return { type: 'error', error: { type, message } };
}

function emptyMessage(id: string, request: MessagesRequest): Record<string, unknown> {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

function emptyBlock(id: string, index: number, block: Block): Record<string, unknown> {
  return block.type === 'text'
    ? { type: 'text', text: '' }
    : { type: 'tool_use', id: toolId(id, index), name: block.name, input: {} };
}

/** Text word by word, so that a delay between pieces shows; a tool's input in two halves, so that clients must join it. */
function pieces(block: Block): string[] {
  if (block.type === 'text') return block.text.match(/\s*\S+|\s+$/g) ?? [];
  const json = JSON.stringify(block.input);
  const middle = Math.floor(json.length / 2);
  return [json.slice(0, middle), json.slice(middle)];
}

const stopReason = (answer: MessageAnswer) =>
  answer.blocks.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn';
const toolId = (id: string, index: number) => `toolu_${id}_${index}`;
const tokens = (characters: number) => Math.ceil(characters / CHARACTERS_PER_TOKEN);
