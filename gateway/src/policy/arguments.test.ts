import { refusedArgument, reservedOptionIn } from './arguments';

// Written apart from the code: what would replace the policy, or take the session out of the runner's hands.
const RESERVED = [
  '--settings',
  '--setting-sources',
  '--managed-settings',
  '--session-id',
  '--resume',
  '-r',
  '--continue',
  '-c',
  '--fork-session',
  '--from-pr',
  '--dangerously-skip-permissions',
  '--allow-dangerously-skip-permissions',
];

test.each(RESERVED)('%s is not for a policy to allow, with a value or behind a star either', (option) => {
  expect(reservedOptionIn(option)).toBe(option);
  expect(reservedOptionIn(`${option} *`)).toBe(option);
  expect(reservedOptionIn(`${option}=x`)).toBe(option);
  expect(reservedOptionIn(`--model ${option}`)).toBe(option);
  expect(reservedOptionIn(`${option.slice(0, -1)}*`)).not.toBeNull();
});

// A pattern that does not begin as an option takes none.
test.each(['--model', '--add-dir', '--settings-like', '-rr', 'settings', '--mod*', '*', '*-*', '*--settings*'])(
  '%s is',
  (option) => {
    expect(reservedOptionIn(option)).toBeNull();
  },
);

test.each<[args: string[], patterns: string[], refused: string | null]>([
  [['--model', 'opus'], ['--model *'], null],
  [['--model=opus'], ['--model=*'], null],
  [['--model', '--verbose'], ['--model *'], '--model'],
  [['--add-dir', '/srv/data/y'], ['--add-dir /srv/data/*'], null],
  [['--add-dir', '/x/srv/data/y'], ['--add-dir /srv/data/*'], '--add-dir'],
  [['--add-dir', '/srv/data/../etc'], ['--add-dir /srv/data/*'], '--add-dir'],
  [['--add-dir', '/srv/data/a..b'], ['--add-dir /srv/data/*'], null],
  [['--add-dir', '/srv/data/a\nb'], ['--add-dir /srv/data/*'], '--add-dir'],
  [['--add-dir'], ['--add-dir /srv/data/*'], '--add-dir'],
  [['-v', '--model', 'opus', 'rest'], ['-v', '--model *'], 'rest'],
  [[], [], null],
])('of %j, %j allows all but %j', (args, patterns, refused) => {
  expect(refusedArgument(args, patterns)).toBe(refused);
});
