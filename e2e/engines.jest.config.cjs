/** The product in Chromium, Firefox and WebKit, each with windows on an X display. They want the built gateway, runner and client. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/e2e/engines/scenarios/**/*.test.ts'],
  // Three engines take long to start, and a page that waits for its focus waits longer beside others.
  maxWorkers: 1,
};
