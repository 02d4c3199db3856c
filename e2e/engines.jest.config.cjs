/** The product in Chromium, Firefox and WebKit, each with windows on an X display. They want the built gateway, runner and client. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/e2e/engines/scenarios/**/*.test.ts'],
  maxWorkers: 1,
};
