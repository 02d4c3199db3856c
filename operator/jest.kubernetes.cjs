/** Tests against a real kube-apiserver and etcd: see src/testing/control-plane.ts for what they need. */
module.exports = {
  ...require('../jest.config.cjs'),
  rootDir: '..',
  testMatch: ['<rootDir>/operator/src/**/*.kubernetes-test.ts', '<rootDir>/e2e/kubernetes/*.kubernetes-test.ts'],
  testTimeout: 120000,
  maxWorkers: 1,
  // What a failed test has left open would keep the process.
  forceExit: true,
};
