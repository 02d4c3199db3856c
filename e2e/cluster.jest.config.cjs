/** Tests on the kind cluster of hack/kind-up, by hack/e2e. */
const base = require('./jest.config.cjs');

module.exports = {
  ...base,
  testMatch: ['<rootDir>/e2e/cluster/suite.test.ts'],
  setupFiles: ['<rootDir>/testing/src/cluster/host-names.ts'],
  // Pods start, releases roll out, and all of it shares two cores. Waits inside end before, each with its own complaint.
  testTimeout: 600_000,
  // A connection to a session that a failed test has left would keep the process.
  forceExit: true,
};
