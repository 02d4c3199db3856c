/** As a monitoring namespace: all of them. */
export const ANY_NAMESPACE = '*';

/** What the operator is told about its surroundings and writes into pods and network policies. */
export interface Placement {
  /** Namespace of sessions, templates and pods. */
  namespace: string;
  /** Where session pods call the gateway, such as `http://gateway-internal.web.svc:3002`. */
  gatewayInternalUrl: string;
  /** PEM of the public key, or of a certificate with it, that bind tokens are checked with. */
  bindPublicKey: string;
  gateway: { namespace: string; podLabels: Record<string, string> };
  operator: { namespace: string; podLabels: Record<string, string> };
  /** Namespace of a Prometheus that may scrape session pods, or ANY_NAMESPACE; null is none. */
  monitoringNamespace: string | null;
  logLevel: string;
}
