// Not the package’s index: that loads every model and API of Kubernetes, some 60 MB.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { loadConfig, misspelt } from './config';

/** The configuration of this process. @throws ConfigError */
export const configFromEnvironment = () => loadConfig(process.env);

/** What is probably misspelt in the environment of this process, in sentences. */
export const misspeltInEnvironment = () => misspelt(process.env);

/** How to reach the API server: KUBECONFIG, or the pod's own service account. */
export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
