/** Tests of the whole system in a real browser, with the real CLI. They want the built gateway, runner and client. */
const { transform, moduleNameMapper } = require('../jest.config.cjs');

module.exports = {
  rootDir: '..',
  testEnvironment: 'node',
  reporters: ['default', '<rootDir>/hack/jest/skipped-tests.cjs'],
  globalSetup: '<rootDir>/hack/jest/scratch-directory.cjs',
  globalTeardown: '<rootDir>/hack/jest/remove-scratch-directory.cjs',
  testMatch: ['<rootDir>/e2e/scenarios/**/*.test.ts'],
  transform,
  moduleNameMapper,
  testTimeout: 60_000,
  // A browser, a gateway and a CLI each. One alone leaves a processor idle; limits of time here have room for two.
  maxWorkers: 2,
  // What a failed test has left open would keep the process.
  forceExit: true,
};
