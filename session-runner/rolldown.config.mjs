/**
 * The process that is started for each session, as one file with only what is used of each package: a session takes
 * 11 MB less memory that way (docs/PERFORMANCE.md), and starts sooner.
 */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  // Compiled on this machine, and looks for its binary beside itself.
  external: ['node-pty'],
  output: { file: 'dist/bundle/session-runner.js', format: 'cjs', minify: true, keepNames: true },
});
