// "helm test": signs in, opens a session, types, reads the answer. What is typed is a shell command ("!"), so that it
// costs no model call and works without a provider.
import { setTimeout as delay } from 'node:timers/promises';

const { GATEWAY_URL, USERNAME, PASSWORD } = process.env;
/** Pulling the session's image may take most of it. */
const TIMEOUT_MS = 240_000;
/** Keys that come in one piece would be taken for a paste. */
const KEY_EVERY_MS = 50;
const PROMPT = '❯';
const COMMAND = '!echo answer-$((6*7))';
const ANSWER = 'answer-42';

let token = '';

async function api(method, path, body) {
  const response = await fetch(GATEWAY_URL + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** A client of Socket.IO that knows the four events of the contract. The packets are those of Engine.IO 4. */
class Terminal {
  screen = '';
  failure = null;

  constructor(sessionId) {
    this.socket = new WebSocket(`${GATEWAY_URL.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
    this.socket.addEventListener('message', ({ data }) => this.packet(String(data), sessionId));
    this.socket.addEventListener('error', () => (this.failure ??= 'the WebSocket failed'));
    this.socket.addEventListener('close', () => (this.failure ??= 'the WebSocket was closed'));
  }

  packet(data, sessionId) {
    if (data.startsWith('0')) this.socket.send(`40${JSON.stringify({ token, sessionId })}`);
    else if (data === '2') this.socket.send('3');
    else if (data.startsWith('44')) this.failure = `refused: ${data.slice(2)}`;
    else if (data.startsWith('42')) this.event(...JSON.parse(data.slice(2)));
  }

  event(name, content) {
    if (name === 'output') this.screen = (this.screen + content.data).slice(-100_000);
    if (name === 'status') console.log('status', JSON.stringify(content));
    if (name === 'status' && content.state !== 'opened' && content.state !== 'starting')
      this.failure = `the session is ${content.state}: ${content.reason}`;
  }

  async type(text) {
    for (const key of text) {
      this.socket.send(`42${JSON.stringify(['input', { data: key }])}`);
      await delay(KEY_EVERY_MS);
    }
  }

  async shows(text, end) {
    while (!this.screen.includes(text)) {
      if (this.failure !== null) throw new Error(this.failure);
      if (Date.now() > end) throw new Error(`"${text}" does not come. The terminal has:\n${this.screen.slice(-2000)}`);
      await delay(KEY_EVERY_MS);
    }
    console.log(`the terminal shows ${text}`);
  }
}

async function main() {
  const end = Date.now() + TIMEOUT_MS;
  ({ token } = await api('POST', '/auth/login', { username: USERNAME, password: PASSWORD }));
  console.log(`signed in as ${USERNAME}`);
  const { id } = await api('POST', '/api/v1/sessions', {});
  console.log(`session ${id}`);
  try {
    const terminal = new Terminal(id);
    await terminal.shows(PROMPT, end);
    await terminal.type(COMMAND);
    await terminal.type('\r');
    await terminal.shows(ANSWER, end);
    terminal.socket.close();
  } finally {
    await api('DELETE', `/api/v1/sessions/${id}`);
  }
}

main().then(
  () => process.exit(0),
  (reason) => {
    console.error(reason instanceof Error ? reason.message : reason);
    process.exit(1);
  },
);
