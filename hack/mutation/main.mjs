// Breaks each file of mutated.json in every small way that StrykerJS knows, and runs the file's own unit tests against each break.
// Prints the score of each file and its survivors: changes of the code that no test notices, each with the reason why nobody could.
// Fails if a file is below the bar, or if a survivor has no reason. `npm run test:mutation -- FILE…` takes only the files named.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BAR_PER_CENT = 90;
// Ignored by git. What a run has learned is kept here for the next: only what has changed since is broken again.
const RESULTS = 'test-results/mutation';

const jestConfig = createRequire(import.meta.url)(join(ROOT, 'jest.config.cjs'));
const mutated = JSON.parse(readFileSync(join(ROOT, 'hack/mutation/mutated.json'), 'utf8'));

const options = (file, tests) => ({
  mutate: [file],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  jest: {
    config: { ...jestConfig, reporters: [], testMatch: tests.map((test) => `<rootDir>/${test}`) },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  // What a message says is not behaviour.
  mutator: { excludedMutations: ['StringLiteral'] },
  concurrency: 1,
  // A change that makes a test wait for ever is noticed too; a busy machine is not a change.
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: `${RESULTS}/${file}.json`,
  // Not in the checkout: another run of jest there would find each workspace twice.
  tempDirName: join(tmpdir(), 'claude-webui-mutation'),
  ignorePatterns: ['**/dist', 'test-results', '.data'],
  reporters: ['html'],
  htmlReporter: { fileName: `${RESULTS}/${file}.html` },
  logLevel: 'warn',
  warnings: { slow: false },
  thresholds: { high: BAR_PER_CENT, low: BAR_PER_CENT, break: null },
});

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

/** Whether all is well with a file; prints what is not. */
async function check(file, { tests, equivalent = [] }) {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const results = await new Stryker(options(file, tests)).runMutationTest();
  const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const survivors = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const score = (100 * noticed) / Math.max(1, noticed + survivors.length);
  const belowBar = score < BAR_PER_CENT;
  console.log(
    `${score.toFixed(1)} %  ${file}: ${survivors.length} of ${results.length} survive${belowBar ? '  BELOW THE BAR' : ''}`,
  );

  const used = new Set();
  let unexplained = 0;
  for (const { location, replacement } of survivors) {
    const code = lines[location.start.line - 1].trim();
    const becomes = oneLine(replacement);
    const reason = equivalent.find((entry) => entry.code === code && entry.becomes.includes(becomes));
    if (reason === undefined) unexplained += 1;
    else used.add(`${code}\n${becomes}`);
    const { line, column } = location.start;
    console.log(
      `  ${line}:${column}  ${code}\n    becomes  ${becomes}\n    because  ${reason?.because ?? 'NOT EXPLAINED'}`,
    );
  }
  const unused = equivalent.flatMap(({ code, becomes }) =>
    becomes
      .filter((one) => !used.has(`${code}\n${one}`))
      .map((one) => `  ${code}\n    becomes  ${one}\n    DOES NOT SURVIVE: delete its reason`),
  );
  for (const reason of unused) console.log(reason);
  return !belowBar && unexplained === 0 && unused.length === 0;
}

process.chdir(ROOT);
const named = process.argv.slice(2).map((path) => relative(ROOT, resolve(process.env.INIT_CWD ?? ROOT, path)));
const unknown = named.filter((file) => mutated[file] === undefined);
if (unknown.length > 0) {
  console.error(`Not in hack/mutation/mutated.json: ${unknown.join(', ')}. Add it with its tests.`);
  process.exit(2);
}
const failed = [];
for (const [file, entry] of Object.entries(mutated)) {
  if (named.length > 0 && !named.includes(file)) continue;
  if (!(await check(file, entry))) failed.push(file);
}
if (failed.length > 0) {
  console.log(`\nNot as they should be: ${failed.join(', ')}`);
  process.exitCode = 1;
}
