/** The benchmarks as programs for Node.js: they use the web client's own library, which is made for a bundler. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: {
    terminal: 'bench/terminal/main.ts',
    'flood-client': 'bench/terminal/flood-client.ts',
    reader: 'bench/terminal/reader.ts',
    launcher: 'bench/terminal/ours/launcher.ts',
    browser: 'bench/browser/main.ts',
    operator: 'bench/operator/main.ts',
    handshakes: 'bench/handshakes/main.ts',
    pod: 'bench/pod/main.ts',
    kind: 'bench/kind/main.ts',
    soak: 'bench/soak/main.ts',
  },
  platform: 'node',
  // What is installed stays where it is; ours is bundled, also what other workspaces give as source.
  external: (id, importer) =>
    importer !== undefined && !/^[./]/.test(id) && !/^@claude-webui\/(testing|web|[^/]+\/testing)\//.test(id),
  output: { dir: 'dist/bench', format: 'cjs', entryFileNames: '[name].js' },
});
