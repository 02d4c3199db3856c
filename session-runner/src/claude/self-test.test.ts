/** The real Claude Code, told by the real settings, with nothing but the test's own endpoint to talk to. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionPolicy, SessionSpec } from '@claude-webui/protocol';
import type { Prepared } from '../program/prepare';
import { prepareProgram } from '../program/prepare';
import { whyNoBubblewrap } from '../testing/bubblewrap-here';
import { sessionSpec } from '../testing/running-session';
import { managedSettings, writeManagedDirectory } from './managed-settings';
import type { Probe } from './self-test';
import { selfTest, triedRules } from './self-test';

const NEVER = new AbortController().signal;
const confinements = whyNoBubblewrap === null ? (['bubblewrap', 'none'] as const) : (['none'] as const);

let prepared: Prepared | null = null;
afterEach(() => prepared?.close());

function probeOf(claudeSettings: SessionPolicy['claudeSettings'], confinement: SessionSpec['program']['confinement']) {
  const spec = sessionSpec({ program: { kind: 'claude', path: null, confinement }, policy: { claudeSettings } });
  const made = prepareProgram(spec);
  if ('problem' in made) throw new Error(made.problem.detail ?? made.problem.reason);
  prepared = made;
  return { probe: made.probe!, spec };
}

test.each(confinements)('a denied command is denied (confinement: %s)', async (confinement) => {
  const deny = ['Bash(curl:*)', 'Bash(git push *)', 'WebFetch'];
  const { probe } = probeOf({ permissions: { deny }, allowManagedPermissionRulesOnly: true }, confinement);
  expect(await selfTest(probe, NEVER)).toBeNull();
});

test.each(confinements)('settings that Claude Code does not get are noticed (confinement: %s)', async (confinement) => {
  const { probe, spec } = probeOf({}, confinement);
  const settings = join(spec.directory, confinement === 'none' ? 'system/settings.json' : MANAGED);
  writeFileSync(settings, '{}', { mode: 0o600 });
  expect(await selfTest(probe, NEVER)).toEqual({
    reason: 'policy-not-enforced',
    exitCode: null,
    detail: 'Claude Code did not refuse "claude-webui-policy-probe x", which its settings deny.',
  });
});

const MANAGED = 'system/claude-code/managed-settings.d/50-claude-webui.json';

test('settings that Claude Code cannot read are noticed', async () => {
  const { probe, spec } = probeOf({}, confinements[0]);
  const settings = join(spec.directory, confinements[0] === 'none' ? 'system/settings.json' : MANAGED);
  writeFileSync(settings, '{ "permissions": ', { mode: 0o600 });
  expect(await selfTest(probe, NEVER)).toMatchObject({ reason: 'policy-not-enforced' });
});

test('a CLI that cannot be started is told in words, and nothing of the test is left', async () => {
  const { probe } = probeOf({}, 'none');
  const broken: Probe = { ...probe, confine: (command) => ({ ...command, file: '/bin/false', args: [] }) };
  expect((await selfTest(broken, NEVER))?.detail).toBe(
    'The self-test could not be made: Claude Code left with status 1: ',
  );
});

test('a test that is given up is neither a yes nor a no', async () => {
  const { probe } = probeOf({}, 'none');
  const abort = new AbortController();
  const tested = selfTest(probe, abort.signal);
  abort.abort();
  expect(await tested).toBeNull();
});

test('rules of plain commands are tried', () => {
  const rules = [
    'Bash(curl:*)',
    'Bash(git push *)',
    'Bash(reboot)',
    'WebFetch',
    'Read(./x)',
    'Bash(* | sh)',
    'Bash(./x:*)',
  ];
  expect(triedRules(rules)).toEqual([
    { program: 'curl', line: 'curl self-test' },
    { program: 'git', line: 'git push self-test' },
    { program: 'reboot', line: 'reboot' },
  ]);
});

test('what the policy says of hooks and denials stays, beside the runner’s own', () => {
  const hooks = { Stop: [{ hooks: [{ type: 'command', command: 'true' }] }] };
  const settings = managedSettings({ hooks, permissions: { deny: ['WebFetch'], defaultMode: 'plan' }, model: 'opus' }, [
    'Stop',
  ]);
  expect(settings).toMatchObject({
    model: 'opus',
    permissions: { deny: ['WebFetch', 'Bash(claude-webui-policy-probe:*)'], defaultMode: 'plan' },
    hooks: { Stop: [hooks.Stop[0], expect.anything()] },
  });
});

test('the machine’s own managed settings stay in force beside the policy’s', () => {
  const base = mkdtempSync(join(tmpdir(), 'managed-'));
  const machine = join(base, 'machine');
  mkdirSync(join(machine, 'managed-settings.d'), { recursive: true });
  writeFileSync(join(machine, 'managed-settings.json'), '{"a":1}');
  writeFileSync(join(machine, 'managed-settings.d/10-theirs.json'), '{"b":1}');
  const directory = join(base, 'session');
  for (const run of [1, 2]) writeManagedDirectory(directory, { run }, machine);
  expect(readFileSync(join(directory, 'managed-settings.json'), 'utf8')).toBe('{"a":1}');
  expect(readFileSync(join(directory, 'managed-settings.d/10-theirs.json'), 'utf8')).toBe('{"b":1}');
  expect(readFileSync(join(directory, 'managed-settings.d/50-claude-webui.json'), 'utf8')).toBe('{"run":2}');
  expect(existsSync(join(directory, 'managed-mcp.json'))).toBe(false);
});
