/** The API server, with the rights of whoever runs this process: in a pod its service account, elsewhere a kubeconfig. */
import { setMaxListeners } from 'node:events';
import type { ClusterAccess } from '@claude-webui/kubernetes-api/client';
import { ApiClient, ApiError, Connection, TokenBucket, kubeConfig } from '@claude-webui/kubernetes-api/client';

const NAME = 'claude-webui-gateway';
/** Requests: people start sessions by hand, so this bounds only what is wrong. */
const PER_SECOND = 20;
const BURST = 100;

export interface Cluster {
  client: ApiClient;
  /** Breaks off what is under way. May be called twice. */
  close(): void;
}

export function openCluster(access: ClusterAccess = kubeConfig()): Cluster {
  const connection = new Connection(access, NAME);
  const closing = new AbortController();
  // One for each request under way.
  setMaxListeners(0, closing.signal);
  const client = new ApiClient(connection, {
    limit: new TokenBucket(PER_SECOND, BURST),
    // Any gateway may write at any time.
    fence: () => undefined,
    onAnswer: () => undefined,
    fieldManager: NAME,
    signal: closing.signal,
  });
  return {
    client,
    close: () => {
      closing.abort();
      connection.close();
    },
  };
}

/** It may be otherwise in a moment: no answer, too many requests, or a fault of the server. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 429 || error.status >= 500;
}
