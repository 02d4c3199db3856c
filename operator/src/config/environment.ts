import { KubeConfig } from '@kubernetes/client-node';
import { loadConfig } from './config';

/** The configuration of this process. @throws ConfigError */
export const configFromEnvironment = () => loadConfig(process.env);

/** How to reach the API server: KUBECONFIG, or the pod's own service account. */
export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
