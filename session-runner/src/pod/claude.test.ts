/** The real Claude Code in a pod, started before it is known whose it will be, against the scripted model. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { RunnerEvent } from '@claude-webui/protocol';
import { text } from '@claude-webui/testing/fake-anthropic/answer';
import type { FakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { startFakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { RunningPod } from '../testing/running-pod';
import type { PodOptions } from '../testing/running-pod';

const TOKEN = 'the-token-of-this-session';
let fake: FakeAnthropic;
let volume: string;
const pods: RunningPod[] = [];
beforeEach(async () => {
  fake = await startFakeAnthropic({ key: TOKEN });
  volume = mkdtempSync(join(tmpdir(), 'pod-volume-'));
});
afterEach(async () => {
  for (const pod of pods.splice(0)) await pod.end();
  await fake.close();
  rmSync(volume, { recursive: true, force: true });
});

/** A pod as the operator starts it, with its CLI at the prompt. */
async function warmPod(options: PodOptions = {}): Promise<RunningPod> {
  const pod = await RunningPod.start({ volume, env: { ANTHROPIC_BASE_URL: fake.url }, ...options });
  pods.push(pod);
  // As the operator polls.
  while (!(await pod.status()).cliReady) await once(AbortSignal.timeout(100), 'abort');
  return pod;
}

const access = () => ({ ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_AUTH_TOKEN: TOKEN });

/** Process ids of CLIs in this volume. */
const clis = () =>
  readdirSync('/proc').filter((pid) => {
    try {
      const isOurs = /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`).includes(`HOME=${volume}/home\0`);
      return isOurs && readFileSync(`/proc/${pid}/cmdline`).includes('--settings');
    } catch {
      return false;
    }
  });

/** Prompts and waits for the answer on the screen. */
async function ask(pod: RunningPod, words: string, answer: string): Promise<void> {
  const client = pod.attach();
  await client.attached();
  client.type(words);
  await client.shows(words);
  fake.queue(text(answer));
  client.type('\r');
  await client.shows(answer);
}

test('a CLI at its prompt is taken as it is, and its model calls carry the token that came later', async () => {
  const pod = await warmPod();
  const before = clis();
  expect(before).toHaveLength(1);
  expect(await pod.bind(pod.bindRequest({ env: access() }))).toBe(204);
  await ask(pod, 'fruit', 'Pineapple.');
  // A child that a hook is being started in is for a moment a second of the same name.
  expect(clis()).toEqual(expect.arrayContaining(before));
  expect(fake.requests.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`);
});

test('nothing that the CLI has is worth taking along', async () => {
  const pod = await warmPod();
  await pod.bind(pod.bindRequest({ env: access() }));
  for (const pid of clis()) expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(TOKEN);
  const client = pod.attach();
  await client.attached();
  client.type('!env');
  await client.shows('env');
  client.type('\r');
  await client.shows('held-by-the-session-runner');
  expect(client.output.toString()).not.toContain(TOKEN);
});

test('a CLI that lacks what its session brings is started anew with it', async () => {
  const pod = await warmPod();
  const [before] = clis();
  expect(await pod.bind(pod.bindRequest({ env: { ...access(), FROM_THE_BIND: 'here' } }))).toBe(204);
  expect(clis()).not.toContain(before);
  expect(clis().some((pid) => readFileSync(`/proc/${pid}/environ`).includes('FROM_THE_BIND=here'))).toBe(true);
  while (!(await pod.status()).cliReady) await once(AbortSignal.timeout(100), 'abort');
  await ask(pod, 'fruit', 'Pineapple.');
});

test('a pod in the place of another goes on with the conversation of the volume', async () => {
  const first = await warmPod();
  const request = first.bindRequest({ env: access() });
  await first.bind(request);
  await ask(first, 'mango-it-is', 'Noted.');
  await first.end();
  expect(existsSync(join(volume, 'conversation.json'))).toBe(true);
  const second = await warmPod();
  expect(await second.bind(request)).toBe(204);
  await ask(second, 'which-fruit', 'Mango.');
  expect(JSON.stringify(fake.requests.at(-1)?.messages)).toContain('mango-it-is');
});

test('a CLI that ends before anybody wanted it ends its pod', async () => {
  const pod = await warmPod();
  process.kill(Number(clis()[0]), 'SIGTERM');
  expect(await pod.left).toBe(0);
  expect(pod.terminationMessage?.reason).toBe('exited');
});

test('what Claude does is reported while it does it', async () => {
  const pod = await warmPod();
  await pod.bind(pod.bindRequest({ env: access() }));
  const link = pod.follow();
  const activities: string[] = [];
  link.on('message', (message: Buffer) => {
    const event = JSON.parse(message.toString()) as RunnerEvent;
    if (event.type === 'report') activities.push(event.report.activity);
  });
  fake.queue({ ...text('Pineapple.'), delayMs: 2000 });
  const client = pod.attach();
  await client.attached();
  client.type('fruit');
  await client.shows('fruit');
  client.type('\r');
  await client.shows('Pineapple.');
  expect(activities).toContain('working');
  expect((await pod.status()).report).toMatchObject({ attachments: 1 });
});
