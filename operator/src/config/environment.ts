// Not the package’s index: that loads every model and API of Kubernetes, some 60 MB.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { loadConfig } from './config';

/** The configuration of this process. @throws ConfigError */
export const configFromEnvironment = () => loadConfig(process.env);

/** How to reach the API server: KUBECONFIG, or the pod's own service account. */
export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
