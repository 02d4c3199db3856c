/** Which cluster, and what it says to a request that it refuses. */
import { ApiException, KubeConfig } from '@kubernetes/client-node';

/** The API server has refused something; `message` is its own word. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  constructor(
    /** HTTP status; 0 when it did not answer. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  /** It may be otherwise in a moment. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** In a pod its service account, elsewhere a kubeconfig. */
export function clusterConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

/** @throws ClusterError */
export async function refused<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiException) throw new ClusterError(error.code, messageOf(error.body));
    throw new ClusterError(0, error instanceof Error ? error.message : String(error));
  }
}

/** The server's answers are `Status` objects, given as text. */
function messageOf(body: unknown): string {
  try {
    const status: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {
    // Not the API server's own words.
  }
  return 'no reason was given';
}
