// The few calls of the Kubernetes API that the chart's Jobs make, as the pod's service account.
import { readFileSync } from 'node:fs';

const { API_SERVER = 'https://kubernetes.default.svc' } = process.env;
const { ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount' } = process.env;
const REQUEST_TIMEOUT_MS = 30_000;

/** The API server's own sentence when it refuses. */
export class Refusal extends Error {
  constructor(method, path, status, message) {
    super(`${method} ${path}: ${message} (${status})`);
    this.status = status;
  }
}

/** Its certificate is trusted by NODE_EXTRA_CA_CERTS. */
export async function call(method, path, body, contentType = 'application/json') {
  const response = await fetch(`${API_SERVER}${path}`, {
    method,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    headers: {
      authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8')}`,
      ...(body === undefined ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(method, path, response.status, answer.message ?? 'refused');
  return answer;
}

/** What a Job says when it cannot go on; Helm shows its log with --debug, kubectl logs always. */
export function run(main) {
  main().catch((reason) => {
    console.error(reason instanceof Refusal ? reason.message : reason);
    process.exitCode = 1;
  });
}
