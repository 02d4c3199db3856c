/** What a `POST /v1/messages` asks, as far as the stand-in needs to know. */

export interface MessagesRequest {
  model: string;
  stream: boolean;
  messages: Message[];
  /** Characters of the system prompt and the tools' descriptions: what a provider would cache. */
  prefixLength: number;
}

export interface Message {
  /** Claude Code describes the environment in messages of role `system`. */
  role: 'user' | 'assistant' | 'system';
  /** Text blocks, without what Claude Code adds to the person's words by itself. */
  texts: string[];
  /** Contents of tool results. */
  toolResults: string[];
  /** Characters of all of it. */
  length: number;
}

/** Claude Code puts its own remarks to the model beside the person's words, in blocks that begin so. */
const REMARK = '<system-reminder>';

/** @returns the request, or a sentence that says what is wrong with it */
export function parseMessagesRequest(body: unknown): MessagesRequest | string {
  if (!isRecord(body)) return 'the body is not a JSON object';
  const { model, messages, max_tokens: maxTokens, stream, system, tools } = body;
  if (typeof model !== 'string') return 'model: Field required';
  if (typeof maxTokens !== 'number') return 'max_tokens: Field required';
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: Field required';
  return {
    model,
    stream: stream === true,
    messages: messages.map(parseMessage),
    prefixLength: lengthOf(system) + lengthOf(tools),
  };
}

/** The person's latest message: their words, or the results of tools. */
export function lastUserMessage(request: MessagesRequest): Message | undefined {
  return request.messages.findLast((message) => message.role === 'user');
}

function parseMessage(message: unknown): Message {
  const { role, content } = isRecord(message) ? message : {};
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asRecords(content);
  const texts = blocks.filter((block) => block['type'] === 'text').map((block) => String(block['text']));
  return {
    role: role === 'assistant' || role === 'system' ? role : 'user',
    texts: texts.filter((text) => !text.startsWith(REMARK)),
    toolResults: blocks.filter((block) => block['type'] === 'tool_result').map((block) => resultText(block['content'])),
    length: lengthOf(content),
  };
}

/** A tool's result is a string or a list of blocks. */
function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  return asRecords(content)
    .map((block) => (block['type'] === 'text' ? String(block['text']) : `[${String(block['type'])}]`))
    .join('\n');
}

function lengthOf(value: unknown): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

function asRecords(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
