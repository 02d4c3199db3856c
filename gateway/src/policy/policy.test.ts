import { parsePolicy } from './parse';
import { Policy } from './policy';

const policyOf = (text: string) => Policy.of(parsePolicy('policy.yaml', text), 'hash');

const TEXT = `
version: 1
everyone:
  programs:
    claude:
      arguments: ['--model *', --verbose, '--add-dir /srv/data/*']
  claudeCode:
    permissions:
      deny: ['Bash(curl:*)']
      allow: ['Bash(ls:*)']
    allowManagedPermissionRulesOnly: true
  sequences:
    output: { clipboardWrite: deny }
roles:
  user:
    claudeCode:
      permissions:
        deny: [WebFetch]
        allow: []
  admin:
    programs:
      others:
        - path: /bin/bash
          arguments: [-l]
    limits: { lineBytes: 0 }
`;

test('without a file Claude Code is started as it is, and nothing else', () => {
  expect(Policy.preset.command('user', {})).toEqual({ program: null, args: [] });
  expect(Policy.preset.command('user', { arguments: ['--verbose'] })).toMatchObject({
    rule: 'programs.claude.arguments',
  });
  expect(Policy.preset.command('admin', { program: '/bin/bash' })).toMatchObject({ rule: 'programs.others' });
});

test('a role has what everyone has, but for what it says itself; denials add up', () => {
  const { claudeSettings, output, maxLineBytes } = policyOf(TEXT).session('user');
  expect(claudeSettings).toEqual({
    disableAutoMode: 'disable',
    permissions: { defaultMode: 'default', deny: ['Bash(curl:*)', 'WebFetch'], allow: [] },
    allowManagedPermissionRulesOnly: true,
  });
  expect(output).toMatchObject({ clipboardWrite: 'deny', clipboardRead: 'deny', title: 'allow' });
  expect(maxLineBytes).toBe(4 * 1024 * 1024);
  expect(policyOf(TEXT).session('admin').maxLineBytes).toBe(0);
});

test('equal settings have one name, other settings another', () => {
  const [user, admin, viewer] = (['user', 'admin', 'viewer'] as const).map((role) => policyOf(TEXT).session(role).hash);
  expect(admin).toBe(viewer);
  expect(user).not.toBe(admin);
});

test.each([[['--model', 'opus']], [['--verbose', '--model', 'opus']], [['--add-dir', '/srv/data/x']], [[]]])(
  'arguments %j are allowed',
  (args) => {
    expect(policyOf(TEXT).command('user', { arguments: args })).toEqual({ program: null, args });
  },
);

test.each([
  ['an option that nobody named', ['--debug'], '--debug'],
  ['an option without its value', ['--model'], '--model'],
  [
    'an option in the place of a value',
    ['--model', '--dangerously-skip-permissions'],
    '--dangerously-skip-permissions',
  ],
  ['a value that nobody asked for', ['hello'], 'hello'],
  ['a way out of a directory', ['--add-dir', '/srv/data/../../etc'], '--add-dir'],
  ['settings of one’s own', ['--settings', '{}'], '--settings'],
  ['settings of one’s own, in one word', ['--settings={}'], '--settings={}'],
])('%s is refused', (_what, args, named) => {
  expect(policyOf(TEXT).command('user', { arguments: args })).toEqual({
    rule: 'programs.claude.arguments',
    detail: `A session of role user may not be started with the argument ${named}.`,
  });
});

test('another program is started by those who may, by its exact path and with its own arguments', () => {
  const policy = policyOf(TEXT);
  expect(policy.command('admin', { program: '/bin/bash', arguments: ['-l'] })).toEqual({
    program: '/bin/bash',
    args: ['-l'],
  });
  expect(policy.command('admin', { program: '/bin/bash', arguments: ['-c'] })).toMatchObject({
    rule: 'programs.others.arguments',
  });
  for (const program of ['/bin/../bin/bash', '/bin//bash', '/bin/bash/', 'bash', '/bin/sh'])
    expect(policy.command('admin', { program })).toMatchObject({ rule: 'programs.others' });
  expect(policy.command('user', { program: '/bin/bash' })).toMatchObject({ rule: 'programs.others' });
});
