import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInitOf } from './pid-namespace';
import { processCount } from './process-count';

const folder = mkdtempSync(join(tmpdir(), 'count-'));
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const commandLine = (words: string[]) => words.map((word) => `${word}\0`).join('');

test('the first group that counts is asked', () => {
  const none = join(folder, 'none');
  expect(processCount([none, file('container', '23\n'), file('v1', '5\n')])).toBe(23);
});

test('without a group, a machine that is not the session’s own is not counted', () => {
  expect(processCount([join(folder, 'none')])).toBeNull();
});

test.each([
  ['tini, for the runner', ['tini', '--', 'node', '/app/runner.js', 'pod'], true],
  ['a machine’s', ['/sbin/init'], false],
  ['tini, for a gateway', ['tini', '--', 'node', '/app/gateway.js'], false],
  ['of another program that ends the same', ['sh', '-c', 'not-node', '/app/runner.js', 'pod'], false],
  ['not to be read', [], false],
])('PID 1 that is %s', (_, init, isOurs) => {
  expect(isInitOf(commandLine(init), commandLine(['node', '/app/runner.js', 'pod']))).toBe(isOurs);
});

test('a program of which nothing is known has no init', () => {
  expect(isInitOf(commandLine(['tini', '--']), '')).toBe(false);
});
