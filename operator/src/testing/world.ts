/** A namespace on a real API server, with an operator in this process, a played kubelet and the test's own view of it. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { ClaudeSession, KubernetesObject, SessionTemplate } from '@claude-webui/kubernetes-api';
import { customResourceDefinitions } from '@claude-webui/kubernetes-api';
import type { ApiClient, ResourceType } from '@claude-webui/kubernetes-api/client';
import { CLAUDE_SESSION, SESSION_TEMPLATE } from '@claude-webui/kubernetes-api/client';
import type { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { ClusterView } from '../cluster-view';
import type { OperatorConfig } from '../config/config';
import { loadConfig } from '../config/config';
import type { Operator } from '../operator';
import { startOperator } from '../operator';
import { PlayedKubelet } from './played-kubelet';
import { silent } from './silent-log';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Installs the CustomResourceDefinitions and waits until the server takes objects of them. */
export function installDefinitions(plane: ControlPlane): void {
  const items = Object.values(customResourceDefinitions());
  plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
}

/** Environment of an operator for the namespace. */
export function operatorEnvironment(namespace: string): Record<string, string> {
  return {
    SESSION_NAMESPACE: namespace,
    POD_NAMESPACE: namespace,
    GATEWAY_INTERNAL_URL: 'http://gateway.web.svc:3002',
    RUNNER_BIND_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    METRICS_PORT: '0',
    KUBE_API_QPS: '1000',
    STATUS_POLL_SECONDS: '0',
    WARM_POOL_REFILL_PER_SECOND: '100',
  };
}

export class World {
  readonly kubelet: PlayedKubelet;
  readonly view: ClusterView;
  private readonly operators: Operator[] = [];

  private constructor(
    readonly plane: ControlPlane,
    readonly api: ApiClient,
    private readonly closeApi: () => void,
    readonly namespace: string,
  ) {
    this.kubelet = new PlayedKubelet(api, namespace);
    this.view = new ClusterView(api, namespace, silent);
  }

  static async create(plane: ControlPlane): Promise<World> {
    const { api, close } = plane.client();
    const namespace = `test-${randomUUID().slice(0, 8)}`;
    plane.kubectl(['create', 'namespace', namespace]);
    const world = new World(plane, api, close, namespace);
    await world.view.open();
    return world;
  }

  /** One that does not ask who leads. */
  async operator(settings: Partial<OperatorConfig> = {}, user = 'admin'): Promise<Operator> {
    const config = { ...loadConfig(operatorEnvironment(this.namespace)), lease: null, ...settings };
    const operator = await startOperator(config, this.plane.access(user), silent, () => undefined);
    this.operators.push(operator);
    await operator.leading;
    return operator;
  }

  template(spec: Partial<SessionTemplate['spec']> = {}, name = 'default'): Promise<SessionTemplate> {
    const object = { metadata: { name }, spec: { image: 'runner:1', ...spec } };
    return this.api.create(SESSION_TEMPLATE, this.namespace, object as SessionTemplate);
  }

  session(spec: Partial<ClaudeSession['spec']> = {}, name: string = randomUUID()): Promise<ClaudeSession> {
    const object = { metadata: { name }, spec: { owner: 'ada', templateRef: { name: 'default' }, ...spec } };
    return this.api.create(CLAUDE_SESSION, this.namespace, object as ClaudeSession);
  }

  patch<T extends KubernetesObject>(type: ResourceType<T>, object: T, patch: unknown): Promise<T> {
    return this.api.patch(type, this.namespace, object.metadata.name, patch);
  }

  async close(): Promise<void> {
    for (const operator of this.operators) await operator.close();
    await this.kubelet.close();
    await this.view.close();
    this.closeApi();
  }
}
