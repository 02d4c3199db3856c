import { commandGroup } from './command-group';

test('known tools keep their name, all others share one label', () => {
  expect(['Bash', 'claude', 'mcp__github__search', 'whatever-9f3a', '__proto__'].map(commandGroup)).toEqual([
    'Bash',
    'claude',
    'mcp',
    'other',
    'other',
  ]);
});
