import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Mutated {
  tests: string[];
  equivalent?: { code: string; becomes: string[]; because: string }[];
}

const root = join(__dirname, '..', '..');
const mutated = Object.entries(
  JSON.parse(readFileSync(join(__dirname, 'mutated.json'), 'utf8')) as Record<string, Mutated>,
);

test.each(mutated)('%s is there, and so are its tests', (file, { tests }) => {
  expect([file, ...tests].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.each(mutated)('what is said to be equivalent in %s is code that it still has', (file, { equivalent = [] }) => {
  const lines = readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line) => line.trim());
  expect(equivalent.filter(({ code }) => !lines.includes(code))).toEqual([]);
});
