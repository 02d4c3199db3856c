/** The Compose file with real containers. Wants docker, Compose, and the images of `npm run test:compose`. */
const base = require('./jest.config.cjs');

module.exports = {
  ...base,
  testMatch: ['<rootDir>/e2e/compose/**/*.test.ts'],
  testTimeout: 240_000,
  // A whole installation each.
  maxWorkers: 1,
};
