// Not the package’s index: that loads every model and API of Kubernetes, some 60 MB.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';

/** How to reach the API server: KUBECONFIG, or the pod's own service account. */
export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
