/** Unit and integration tests; what needs a browser is in e2e/ with its own configuration. */
module.exports = {
  testEnvironment: 'node',
  reporters: ['default', '<rootDir>/hack/jest/skipped-tests.cjs'],
  testMatch: ['<rootDir>/{protocol,kubernetes-api,session-runner,gateway,operator,web,testing,hack}/**/*.test.ts?(x)'],
  globalSetup: '<rootDir>/hack/jest/scratch-directory.cjs',
  globalTeardown: '<rootDir>/hack/jest/remove-scratch-directory.cjs',
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    '^@claude-webui/protocol$': '<rootDir>/protocol/src/index.ts',
    '^@claude-webui/protocol/http$': '<rootDir>/protocol/src/http/index.ts',
    '^@claude-webui/kubernetes-api$': '<rootDir>/kubernetes-api/src/objects/index.ts',
    '^@claude-webui/kubernetes-api/client$': '<rootDir>/kubernetes-api/src/client/index.ts',
    '^@claude-webui/(session-runner|gateway|operator)/(.+)$': '<rootDir>/$1/src/$2',
  },
  transform: {
    '^.+\\.(t|j)sx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  // Published as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(@kubernetes/client-node|openid-client|oauth4webapi|jose)/)'],
  // Ends a wait without end. A busy machine needs many times as long as an idle one, and is no fault.
  testTimeout: 120_000,
  maxWorkers: 2,
};
