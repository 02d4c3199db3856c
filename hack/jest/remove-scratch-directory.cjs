/** The end of what scratch-directory.cjs has made. */
const { rmSync } = require('node:fs');

module.exports = () => {
  // A process that is about to end may still write.
  rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
};
