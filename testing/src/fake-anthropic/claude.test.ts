/** The stand-in is only worth something if the real CLI takes it for the real API. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { error, text } from './answer';
import type { FakeAnthropic } from './server';
import { startFakeAnthropic } from './server';

const claude = join(
  dirname(require.resolve(`@anthropic-ai/claude-code-${process.platform}-${process.arch}/package.json`)),
  'claude',
);

let fake: FakeAnthropic;
let home: string;
beforeEach(async () => {
  fake = await startFakeAnthropic();
  home = mkdtempSync(join(tmpdir(), 'fake-anthropic-'));
  writeFileSync(join(home, '.claude.json'), JSON.stringify({ hasCompletedOnboarding: true }));
});
afterEach(async () => {
  await fake.close();
  rmSync(home, { recursive: true, force: true });
});

interface Result {
  is_error: boolean;
  result: string;
  usage: { input_tokens: number; output_tokens: number; cache_creation_input_tokens: number };
}

/** Asks the CLI in print mode. */
async function ask(prompt: string, ...options: string[]): Promise<Result> {
  const asked = promisify(execFile)(claude, ['-p', '--output-format', 'json', ...options, '--', prompt], {
    cwd: home,
    env: {
      HOME: home,
      PATH: process.env['PATH'],
      SHELL: '/bin/bash',
      ANTHROPIC_BASE_URL: fake.url,
      ANTHROPIC_AUTH_TOKEN: 'test',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
    },
  });
  asked.child.stdin?.end();
  return JSON.parse((await asked).stdout) as Result;
}

test('Claude Code prints the scripted answer and counts the usage it was told', async () => {
  const { result, is_error: failed, usage } = await ask('say: It works.');
  expect({ result, failed }).toEqual({ result: 'It works.', failed: false });
  expect(usage.output_tokens).toBe(3);
  expect(usage.cache_creation_input_tokens).toBeGreaterThan(1000);
});

test('Claude Code runs the tool it is told to and answers with its result', async () => {
  const { result } = await ask('tool: echo $((6 * 7))', '--allowedTools', 'Bash(echo:*)');
  expect(result).toContain('The tool said: 42');
});

test('Claude Code tries again after an overload', async () => {
  fake.queue(error(529), text('At last.'));
  expect((await ask('hello')).result).toBe('At last.');
});
