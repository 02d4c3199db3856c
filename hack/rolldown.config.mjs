/** The benchmarks as programs for Node.js: they use the web client's own library, which is made for a bundler. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: {
    main: 'bench/terminal/main.ts',
    launcher: 'bench/terminal/ours/launcher.ts',
    'flood-client': 'bench/terminal/flood-client.ts',
  },
  platform: 'node',
  // What is installed stays where it is; ours is bundled.
  external: (id, importer) => importer !== undefined && !/^[./]/.test(id),
  output: { dir: 'dist/bench/terminal', format: 'cjs', entryFileNames: '[name].js' },
});
