/**
 * The gateway and its command as few files with only what is used of each package, for images: there is no need for
 * node_modules in them but for what is compiled.
 */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { gateway: 'dist/main.js', 'claude-webui': 'dist/cli/main.js' },
  platform: 'node',
  // Finds its binary beside itself; and a program of its own, which the process backend starts.
  external: ['argon2', '@claude-webui/session-runner'],
  output: { dir: 'dist/bundle', format: 'cjs', keepNames: true },
});
