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
  /** On everything that is made, beside its own. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  dns: Dns;
}

/** Where session pods may ask for names. */
export interface Dns {
  /** Peers of a NetworkPolicy. */
  peers: Record<string, unknown>[];
  ports: number[];
}

/**
 * Cluster DNS of upstream Kubernetes and OpenShift, NodeLocal DNSCache, and Cloud DNS of GKE, as pods see them: a NetworkPolicy looks behind
 * the Service, where OpenShift's DNS has port 5353.
 */
export const USUAL_DNS: Dns = {
  peers: [
    {
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['kube-system', 'openshift-dns'] },
        ],
      },
    },
    { ipBlock: { cidr: '169.254.20.10/32' } },
    { ipBlock: { cidr: '169.254.169.254/32' } },
  ],
  ports: [53, 5353],
};
