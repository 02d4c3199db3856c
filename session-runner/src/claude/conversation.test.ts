import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conversation } from './conversation';

let directory: string;
let home: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'conversation-'));
  home = join(directory, 'home');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (newOf?: string) => Conversation.of(directory, home, newOf).arguments;

function writeTranscript(id: string, ...lines: object[]): void {
  const project = join(home, '.claude/projects/-workspace');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, `${id}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

test('the first conversation gets an id, which is not used again before something was said', () => {
  const [option, id] = open();
  expect(option).toBe('--session-id');
  expect(open()).toEqual(['--session-id', expect.not.stringMatching(String(id))]);
});

test('a conversation in which something was said goes on', () => {
  const id = open()[1] ?? '';
  writeTranscript(id, { type: 'mode' }, { type: 'user', message: {} });
  expect(open()).toEqual(['--resume', id]);
});

test('a transcript that holds no message is not gone on with', () => {
  const id = open()[1] ?? '';
  writeTranscript(id, { type: 'mode' });
  expect(open()[0]).toBe('--session-id');
});

test('a move that cannot be written down is no reason to fail', () => {
  const conversation = Conversation.of(directory, home);
  rmSync(directory, { recursive: true });
  conversation.moveTo(randomUUID());
  expect(conversation.arguments[1]).toMatch(/^[0-9a-f-]{36}$/);
});

test('the conversation the person moved to is the one that goes on', () => {
  const id = randomUUID();
  Conversation.of(directory, home).moveTo(id);
  writeTranscript(id, { type: 'user' });
  expect(open()).toEqual(['--resume', id]);
});

test.each(['../../etc/passwd', '--dangerously-skip-permissions', ''])('%j is no conversation to move to', (id) => {
  const conversation = Conversation.of(directory, home);
  const before = conversation.arguments;
  conversation.moveTo(id);
  expect(conversation.arguments).toEqual(before);
});

test.each(['', 'null', '{"id":"../x"}', '{"id":7}'])('a broken memory begins anew: %j', (content) => {
  writeFileSync(join(directory, 'conversation.json'), content);
  expect(open()[0]).toBe('--session-id');
});

test('a session that wants a conversation of its own begins one, and goes on with that when it is started anew', () => {
  const session = randomUUID();
  const before = open()[1] ?? '';
  writeTranscript(before, { type: 'user' });
  const [option, own = ''] = open(session);
  expect(option).toBe('--session-id');
  expect(own).not.toBe(before);
  writeTranscript(own, { type: 'user' });
  expect(open(session)).toEqual(['--resume', own]);
  expect(open(randomUUID())[0]).toBe('--session-id');
});

test('what was begun anew is the conversation that the next session goes on with', () => {
  const own = open(randomUUID())[1] ?? '';
  writeTranscript(own, { type: 'user' });
  expect(open()).toEqual(['--resume', own]);
});

test('a conversation that the person moved to in such a session is still its own', () => {
  const [session, id] = [randomUUID(), randomUUID()];
  Conversation.of(directory, home, session).moveTo(id);
  writeTranscript(id, { type: 'user' });
  expect(open(session)).toEqual(['--resume', id]);
});
