import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runPolicy } from './policy';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'policy-cli-'));
  file = join(directory, 'policy.yaml');
  writeFileSync(
    file,
    "version: 1\neveryone:\n  claudeCode: { permissions: { deny: ['Bash(curl:*)'] } }\nroles:\n  admin: { programs: { others: [{ path: /bin/bash }] } }\n",
  );
});
afterEach(() => rmSync(directory, { recursive: true }));

async function policy(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runPolicy(args, {
    stdin: Readable.from([]),
    out: (text) => (said.out += `${text}\n`),
    err: (text) => (said.err += `${text}\n`),
  });
  return { code, ...said };
}

test('a role is explained in words', async () => {
  const { code, out } = await policy('test', file, '--role', 'admin');
  expect(code).toBe(0);
  expect(out).toContain('An admin:');
  expect(out).toContain('starts /bin/bash without further arguments');
  expect(out).toContain('is denied: Bash(curl:*)');
  expect(out).toContain('programs may not send terminals: clipboardRead, titleReports,');
  expect(out).not.toContain('A user:');
});

test('without a role all of them are', async () => {
  const { out } = await policy('test', file);
  expect(out).toMatch(/A viewer:[^]*A user:[^]*starts no other program[^]*An admin:/);
});

test('a wrong file is told by line and column, with exit code 1', async () => {
  writeFileSync(file, 'version: 1\neveryone: { sequence: {} }\n');
  expect(await policy('test', file)).toEqual({
    code: 1,
    out: '',
    err: `${file}:2:13: everyone.sequence is not known here\n`,
  });
  expect((await policy('test', join(directory, 'none'))).err).toMatch(/^The policy file cannot be read: .*ENOENT/);
});

test('Claude Code’s settings are printed for a ConfigMap', async () => {
  const { out } = await policy('settings', file, '--role', 'user');
  expect(JSON.parse(out)).toEqual({
    disableAutoMode: 'disable',
    permissions: { defaultMode: 'default', deny: ['Bash(curl:*)'] },
  });
});

test('what is not understood has exit code 2', async () => {
  for (const args of [[], ['test'], ['test', file, '--role', 'root'], ['settings', file], ['try', file]])
    expect(await policy(...args)).toMatchObject({ code: 2, err: expect.stringContaining('Usage') as string });
});
