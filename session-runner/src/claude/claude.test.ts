/** The real Claude Code in a terminal, against the scripted model. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionSpec } from '@claude-webui/protocol';
import { text } from '@claude-webui/testing/fake-anthropic/answer';
import type { FakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { startFakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { whyNoBubblewrap } from '../testing/bubblewrap-here';
import { RunningProgram } from '../testing/running-program';
import type { SpecChanges } from '../testing/running-session';
import { sessionSpec } from '../testing/running-session';
import type { HookEvent } from './hooks';

let fake: FakeAnthropic;
beforeAll(async () => {
  fake = await startFakeAnthropic();
});
afterAll(() => fake.close());

const running: RunningProgram[] = [];
afterEach(async () => {
  for (const claude of running.splice(0)) await claude.end();
});

function claudeSpec(changes: SpecChanges = {}): SessionSpec {
  return sessionSpec({
    ...changes,
    program: {
      path: null,
      kind: 'claude',
      confinement: whyNoBubblewrap === null ? 'bubblewrap' : 'none',
      env: { ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_AUTH_TOKEN: 'test' },
      ...changes.program,
    },
  });
}

/** Starts Claude and waits until it takes a prompt. */
async function startClaude(spec: SessionSpec): Promise<RunningProgram> {
  const claude = RunningProgram.start(spec);
  running.push(claude);
  await claude.until(() => activityOf(claude) === 'idle');
  await claude.shows('shortcuts');
  return claude;
}

function activityOf({ events }: RunningProgram) {
  const isActivity = (event: HookEvent) => event.type === 'activity';
  return events.filter(isActivity).at(-1)?.activity;
}

const conversationOf = (spec: SessionSpec) => readFileSync(join(spec.directory, 'conversation.json'), 'utf8');

test('starts at the prompt without a question, and answers', async () => {
  const claude = await startClaude(claudeSpec());
  expect(claude.text).not.toMatch(/trust|theme|log ?in|API key|auto mode/i);
  fake.queue(text('Pineapple.'));
  await claude.enter('fruit');
  await claude.shows('Pineapple.');
});

test('starts without bubblewrap too', async () => {
  const claude = await startClaude(claudeSpec({ program: { confinement: 'none' } }));
  fake.queue(text('Pineapple.'));
  await claude.enter('fruit');
  await claude.shows('Pineapple.');
});

test('is working from the prompt to the answer’s end, then done', async () => {
  const claude = await startClaude(claudeSpec());
  fake.queue({ ...text('Pineapple.'), delayMs: 300 });
  await claude.enter('fruit');
  await claude.until(() => activityOf(claude) === 'working');
  expect(claude.text).not.toContain('Pineapple.');
  await claude.shows('Pineapple.');
  await claude.until(() => activityOf(claude) === 'done');
});

test('asks for a permission before it does anything', async () => {
  const spec = claudeSpec();
  const claude = await startClaude(spec);
  await claude.enter('tool: touch made-by-claude');
  await claude.shows('Do you want');
  await claude.until(() => activityOf(claude) === 'asks');
  expect(existsSync(join(spec.directory, 'workspace/made-by-claude'))).toBe(false);
});

test('tells when a tool starts and ends, and when it fails too', async () => {
  const claude = await startClaude(claudeSpec());
  for (const command of ['echo hello', 'ls not-there']) {
    await claude.enter(`tool: ${command}`);
    await claude.until(() => activityOf(claude) === 'done');
    expect(claude.events.filter((event) => event.type === 'tool')).toMatchObject([
      { name: 'Bash', phase: 'start' },
      { name: 'Bash', phase: 'end' },
    ]);
  }
});

test('is done after an error of the model’s', async () => {
  const claude = await startClaude(claudeSpec());
  await claude.enter('error: 400');
  await claude.until(() => activityOf(claude) === 'working');
  await claude.until(() => activityOf(claude) === 'done');
});

test('a persistent workspace goes on with its conversation after a kill', async () => {
  const spec = claudeSpec({ persistent: true });
  const first = await startClaude(spec);
  expect(first.prepared.command.args).toContain('--session-id');
  fake.queue(text('Pineapple.'));
  await first.enter('fruit');
  await first.until(() => activityOf(first) === 'done');
  // Claude writes its transcript some time after it has shown an answer; by the next one the first is there.
  await first.enter('again');
  await first.until(() => activityOf(first) === 'working');
  await first.until(() => activityOf(first) === 'done');
  await first.end();

  const second = await startClaude(spec);
  expect(second.prepared.command.args).toContain('--resume');
  expect(second.text).toContain('Pineapple.');
  await second.enter('colour');
  await second.until(() => activityOf(second) === 'done');
  expect(JSON.stringify(fake.requests.at(-1)?.messages)).toContain('Pineapple.');
});

test('a conversation that nothing was said in is not resumed, and that is no obstacle', async () => {
  const spec = claudeSpec({ persistent: true });
  await (await startClaude(spec)).end();
  const second = await startClaude(spec);
  expect(second.prepared.command.args).toContain('--session-id');
});

test('a conversation begun by /clear is the one that goes on', async () => {
  const spec = claudeSpec({ persistent: true });
  const first = await startClaude(spec);
  const before = conversationOf(spec);
  await first.enter('/clear');
  await first.until(() => conversationOf(spec) !== before);
  for (const words of ['hello', 'again']) {
    await first.enter(words);
    await first.until(() => activityOf(first) === 'done');
  }
  const after = conversationOf(spec);
  await first.end();

  const second = await startClaude(spec);
  expect(second.text).toContain('hello');
  expect(conversationOf(spec)).toBe(after);
});

const denying = { permissions: { deny: ['Bash(gzip:*)'], defaultMode: 'default' }, disableAutoMode: 'disable' };

test('what the policy denies Claude is denied whatever the person’s own settings say', async () => {
  const claudeSettings = { ...denying, allowManagedPermissionRulesOnly: true, allowManagedHooksOnly: true };
  const spec = claudeSpec({ persistent: true, policy: { claudeSettings } });
  mkdirSync(join(spec.directory, 'home/.claude'), { recursive: true });
  const own = { permissions: { allow: ['Bash(gzip:*)'], defaultMode: 'bypassPermissions' } };
  writeFileSync(join(spec.directory, 'home/.claude/settings.json'), JSON.stringify(own));
  const claude = await startClaude(spec);
  await claude.enter('tool: gzip --version');
  await claude.shows('Permission to use Bash');
  await claude.until(() => activityOf(claude) === 'done');
  expect(claude.text).not.toContain('gzip 1.');
});

test('the policy binds Claude, not the person: what is typed with ! is run', async () => {
  const claude = await startClaude(claudeSpec({ policy: { claudeSettings: denying } }));
  claude.type('!');
  await claude.enter('gzip --version');
  await claude.shows('gzip 1.');
});
