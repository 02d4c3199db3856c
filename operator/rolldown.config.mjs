/** The operator as one file with only what is used of each package, for its image. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'dist/main.js',
  platform: 'node',
  output: { file: 'dist/bundle/operator.js', format: 'cjs', keepNames: true, codeSplitting: false },
});
