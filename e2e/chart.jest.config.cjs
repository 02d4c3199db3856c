/** The chart as Helm renders it, without a cluster. Wants helm and kubeconform: HELM and KUBECONFORM, or on PATH. */
const base = require('./jest.config.cjs');

module.exports = { ...base, testMatch: ['<rootDir>/e2e/chart/**/*.test.ts'] };
