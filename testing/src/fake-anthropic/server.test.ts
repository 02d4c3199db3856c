import { error, text } from './answer';
import type { FakeAnthropic } from './server';
import { MAX_REQUESTS_KEPT, startFakeAnthropic } from './server';

let fake: FakeAnthropic;
beforeEach(async () => (fake = await startFakeAnthropic()));
afterEach(() => fake.close());

function ask(content: unknown, options: { stream?: boolean; headers?: Record<string, string> } = {}) {
  return fetch(`${fake.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: options.headers ?? { 'x-api-key': 'any' },
    body: JSON.stringify({
      model: 'claude-test',
      max_tokens: 100,
      stream: options.stream ?? true,
      system: 'You are a test.',
      messages: [{ role: 'user', content }],
    }),
  });
}

interface Event {
  type: string;
  delta?: { type: string; text?: string; partial_json?: string; stop_reason?: string };
  content_block?: { type: string; name?: string };
  error?: { type: string };
  usage?: Record<string, number>;
}

/** The events of a stream; the name of each is checked against its data. */
async function eventsOf(response: Response): Promise<Event[]> {
  const parts = (await response.text()).split('\n\n').filter((part) => part !== '');
  return parts.map((part) => {
    const [, name, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
    const event = JSON.parse(data) as Event;
    expect(event.type).toBe(name);
    return event;
  });
}

const spoken = (events: Event[]) => events.map((event) => event.delta?.text ?? '').join('');

test('a streamed answer has the real event sequence and the text of the script', async () => {
  const response = await ask('say: two  words\n');
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events = await eventsOf(response);
  expect(events.map((event) => event.type)).toEqual([
    'message_start',
    'ping',
    'content_block_start',
    'content_block_delta',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
  expect(spoken(events)).toBe('two  words');
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } });
});

test('without streaming the whole message comes, with usage', async () => {
  const body: unknown = await (await ask([{ type: 'text', text: 'say: hello' }], { stream: false })).json();
  expect(body).toMatchObject({
    type: 'message',
    content: [{ type: 'text', text: 'hello' }],
    stop_reason: 'end_turn',
    usage: { cache_read_input_tokens: 0, output_tokens: 2 },
  });
});

test('a tool call streams its input in pieces that join to JSON, and its result is told', async () => {
  const events = await eventsOf(await ask('tool: ls -la'));
  expect(events.find((event) => event.type === 'content_block_start')).toMatchObject({
    content_block: { type: 'tool_use', name: 'Bash' },
  });
  const input: unknown = JSON.parse(events.map((event) => event.delta?.partial_json ?? '').join(''));
  expect(input).toMatchObject({ command: 'ls -la' });
  const after = await eventsOf(await ask([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'a file' }]));
  expect(spoken(after)).toBe('The tool said: a file');
});

test("Claude Code's own remarks are not taken for the person's words", async () => {
  const content = [
    { type: 'text', text: 'say: right' },
    { type: 'text', text: '<system-reminder>say: wrong</system-reminder>' },
  ];
  expect(spoken(await eventsOf(await ask(content)))).toBe('right');
});

test.each([
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [529, 'overloaded_error'],
])('error: %i answers with %s', async (status, type) => {
  const response = await ask(`error: ${status}`);
  expect(response.status).toBe(status);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ type: 'error', error: { type } });
});

test('a stream can break off with an error after its text', async () => {
  const events = await eventsOf(await ask('break: so far'));
  expect(spoken(events)).toBe('so far');
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
});

test('queued answers come first, then the script', async () => {
  fake.queue(error(529), text('queued'));
  expect((await ask('say: scripted')).status).toBe(529);
  expect(spoken(await eventsOf(await ask('say: scripted')))).toBe('queued');
  expect(spoken(await eventsOf(await ask('say: scripted')))).toBe('scripted');
});

test('a slow answer takes its time, and a caller who goes away is noticed', async () => {
  const gone = new AbortController();
  const started = performance.now();
  await eventsOf(await ask('slow: 50 one two three'));
  expect(performance.now() - started).toBeGreaterThan(140);

  const response = await fetch(`${fake.url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify({
      model: 'm',
      max_tokens: 1,
      stream: true,
      messages: [{ role: 'user', content: 'slow: 9000 a' }],
    }),
    signal: gone.signal,
  });
  expect(response.status).toBe(200);
  gone.abort();
  while (fake.requests.at(-1)?.outcome === null) await new Promise(setImmediate);
  expect(fake.requests.at(-1)?.outcome).toBe('aborted');
});

test('a wrong key, a wrong path and a wrong body are refused as the real one does', async () => {
  await fake.close();
  fake = await startFakeAnthropic({ key: 'right' });
  expect((await ask('hi', { headers: { 'x-api-key': 'wrong' } })).status).toBe(401);
  expect((await ask('hi', { headers: { authorization: 'Bearer right' } })).status).toBe(200);
  expect((await fetch(`${fake.url}/v1/models`)).status).toBe(404);
  const response = await fetch(`${fake.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': 'right' } });
  expect(response.status).toBe(400);
});

test('the reachability check and the token count are answered', async () => {
  expect((await fetch(`${fake.url}/api/hello`, { method: 'HEAD' })).status).toBe(200);
  const response = await fetch(`${fake.url}/v1/messages/count_tokens`, {
    method: 'POST',
    headers: { 'x-api-key': 'any' },
    body: JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'four' }] }),
  });
  expect(await response.json()).toEqual({ input_tokens: 2 });
});

test('only the last requests are kept', async () => {
  for (let call = 0; call < MAX_REQUESTS_KEPT + 3; call++) await fetch(`${fake.url}/api/hello`, { method: 'HEAD' });
  expect(fake.requests).toHaveLength(MAX_REQUESTS_KEPT);
});
