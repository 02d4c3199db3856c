/** A cloud's metadata service: something that answers at its address on the node, as every node of a cloud has it. */
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { apply, kubectl, onNode } from '@claude-webui/testing/cluster/kubernetes';

const ADDRESS = '169.254.169.254';
/** In the place of 80, which is the ingress controller's on every address of this node. */
const PORT = 8169;
export const METADATA = { address: ADDRESS, port: PORT };
/** A namespace without NetworkPolicies, and a Deployment in it that can look. */
const NEIGHBOUR = 'fake-anthropic';
const NAME = 'metadata-service';
const START_TIMEOUT_MS = 60_000;
const PROGRAM = `require('node:http').createServer((_, response) => response.end('credentials')).listen(${PORT}, '${ADDRESS}')`;
const LOOK = `fetch('http://${ADDRESS}:${PORT}/').then(async (response) => console.log(await response.text()), () => undefined)`;

/** Resolves once a pod that nothing confines is answered. */
export async function startMetadataService(): Promise<void> {
  await onNode('ip', 'address', 'replace', `${ADDRESS}/32`, 'dev', 'lo');
  await apply([POD]);
  await eventually(
    async () => {
      const args = ['--namespace', NEIGHBOUR, 'exec', `deployment/${NEIGHBOUR}`, '--', 'node', '-e', LOOK];
      return (await kubectl(...args)).trim() === 'credentials';
    },
    () => 'no metadata service answers',
    START_TIMEOUT_MS,
  );
}

export async function stopMetadataService(): Promise<void> {
  await kubectl('--namespace', NEIGHBOUR, 'delete', 'pod', NAME, '--grace-period=1', '--ignore-not-found');
  await onNode('ip', 'address', 'delete', `${ADDRESS}/32`, 'dev', 'lo');
}

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: NAME, namespace: NEIGHBOUR },
  spec: {
    hostNetwork: true,
    containers: [
      {
        name: NAME,
        image: 'claude-webui/gateway:dev',
        imagePullPolicy: 'Never',
        command: ['node', '-e', PROGRAM],
      },
    ],
  },
};
