/** A Messages API of one turn, on loopback: asks for tool calls, and hears what became of them. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardedServer, readBody } from '@claude-webui/protocol/http';
import { isRecord } from './settings';

/** What Claude Code sends at the start of a conversation is some 50 KiB. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** What a tool call came to. */
export interface ToolResult {
  isError: boolean;
  text: string;
}

export interface SelfTestEndpoint {
  /** For `ANTHROPIC_BASE_URL`. */
  url: string;
  /** Resolves with the results, in the order of the commands. */
  results: Promise<ToolResult[]>;
  close(): void;
}

/** Asks for each command by the Bash tool, all in one message. */
export async function askForCommands(commands: readonly string[]): Promise<SelfTestEndpoint> {
  let tell: (results: ToolResult[]) => void;
  const results = new Promise<ToolResult[]>((resolve) => (tell = resolve));
  const { http, connections } = guardedServer({
    answer: (request, response) => answer(request, response, commands, (all) => tell(all)),
    // What is missing then shows in the test's result.
    failed: () => undefined,
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const close = () => {
    http.close();
    connections.destroy();
  };
  return { url: `http://127.0.0.1:${port}`, results, close };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  commands: readonly string[],
  tell: (results: ToolResult[]) => void,
): Promise<void> {
  const text = (await readBody(request, MAX_BODY_BYTES)).toString('utf8');
  if (request.method !== 'POST' || request.url?.startsWith('/v1/messages') !== true) return void response.end('{}');
  const results = toolResultsIn(JSON.parse(text));
  if (results.length > 0) tell(commands.map((_, index) => results.find(({ id }) => id === idOf(index)) ?? NOT_TOLD));
  const content =
    results.length > 0
      ? [{ type: 'text', text: 'Done.' }]
      : commands.map((command, index) => ({
          type: 'tool_use',
          id: idOf(index),
          name: 'Bash',
          input: { command, description: 'Self-test' },
        }));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of eventsOf(content)) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

const idOf = (index: number) => `toolu_self_test_${index}`;
const NOT_TOLD: ToolResult = { isError: false, text: '' };

type Block = { type: string; text: string } | { type: string; id: string; name: string; input: object };

function* eventsOf(content: readonly Block[]): Generator<{ type: string } & Record<string, unknown>> {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = { id: 'msg_self_test', type: 'message', role: 'assistant', model: 'self-test', content: [] };
  yield { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null, usage } };
  for (const [index, block] of content.entries()) {
    const isText = 'text' in block;
    const delta = isText
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    const empty = isText ? { ...block, text: '' } : { ...block, input: {} };
    yield { type: 'content_block_start', index, content_block: empty };
    yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  const reason = content.some((block) => 'input' in block) ? 'tool_use' : 'end_turn';
  yield { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage };
  yield { type: 'message_stop' };
}

function toolResultsIn(body: unknown): (ToolResult & { id: unknown })[] {
  const messages = isRecord(body) && Array.isArray(body['messages']) ? (body['messages'] as unknown[]) : [];
  return messages.flatMap((message) => {
    const content = isRecord(message) && Array.isArray(message['content']) ? (message['content'] as unknown[]) : [];
    return content
      .filter(isRecord)
      .filter(({ type }) => type === 'tool_result')
      .map(({ tool_use_id: id, is_error: isError, content: said }) => ({
        id,
        isError: isError === true,
        text: typeof said === 'string' ? said : JSON.stringify(said),
      }));
  });
}
