/**
 * Everything that a run of tests puts into the system's directory for temporary files goes into one of its own, which is removed
 * at its end: whatever a test leaves behind, no machine fills up with it. The name is short, for sockets have paths of 107
 * characters at most (unix(7)).
 */
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

module.exports = () => {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'cwui-'));
};
