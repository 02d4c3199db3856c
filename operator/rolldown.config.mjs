/** The operator as one file with only what is used of each package, for its image. */
import { defineConfig } from 'rolldown';

/**
 * The Kubernetes client’s generated models and APIs, of which the operator uses nothing but types: they would be half of its memory.
 * Only the methods of a KubeConfig that make API clients need them.
 */
const NO_MODELS = '\0kubernetes-client-without-models';
const withoutModels = {
  name: 'without-models',
  resolveId: (source, importer = '') =>
    source.endsWith('/gen/index.js') && importer.includes('@kubernetes/client-node') ? NO_MODELS : null,
  load: (id) =>
    id === NO_MODELS
      ? `export class ServerConfiguration {}
export function createConfiguration() { throw new Error('This bundle has no API clients of @kubernetes/client-node.'); }`
      : null,
};

/** Of node-fetch, a KubeConfig takes headers for requests by node-fetch, which the operator does not make. Its tables take 8 MB. */
const NO_FETCH = '\0no-node-fetch';
const withoutNodeFetch = {
  name: 'without-node-fetch',
  resolveId: (source) => (source === 'node-fetch' ? NO_FETCH : null),
  load: (id) => (id === NO_FETCH ? 'export class Headers {}' : null),
};

export default defineConfig({
  input: 'dist/main.js',
  platform: 'node',
  plugins: [withoutModels, withoutNodeFetch],
  output: { file: 'dist/bundle/operator.js', format: 'cjs', keepNames: true, codeSplitting: false },
});
