/** A control plane whose scheduler is real and whose kubelet is kwok: pods get ready without running. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlPlane, assets } from '@claude-webui/testing/processes/control-plane';
import { killProcess } from '@claude-webui/testing/processes/kill-process';
import { installDefinitions } from '@claude-webui/operator/testing/world';

/** Room for every pod of the largest run, on one node. */
const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'kwok-0', annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { type: 'kwok' } },
  status: {
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }],
    allocatable: { cpu: '100000', memory: '1000Ti', pods: '100000', 'ephemeral-storage': '1000Ti' },
    capacity: { cpu: '100000', memory: '1000Ti', pods: '100000', 'ephemeral-storage': '1000Ti' },
  },
};

/** Of loopback, so that the operator reaches one program of ours at the address of each pod. */
const POD_ADDRESSES = '127.1.0.1/16';

/** What kwok does to a pod that has a node: it runs at once, and goes at once when it is deleted. In kwok's own template language. */
const STAGES = [
  {
    name: 'pod-runs',
    when: [
      { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
      { key: '.status.phase', operator: 'In', values: ['Pending'] },
    ],
    next: {
      statusTemplate: `
phase: Running
podIP: {{ PodIPWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace | Quote }}
conditions:
- { type: Ready, status: "True", lastTransitionTime: {{ Now | Quote }} }
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  restartCount: 0
  ready: true
  state: { running: { startedAt: {{ Now | Quote }} } }
{{ end }}
`,
    },
  },
  { name: 'pod-goes', when: [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], next: { delete: true } },
  // kwok cares for the pods of those nodes only that it cares for.
  {
    name: 'node-goes',
    of: 'Node',
    when: [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }],
    next: { delete: true },
  },
].map(({ name, of = 'Pod', when, next }) => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: { resourceRef: { apiGroup: 'v1', kind: of }, selector: { matchExpressions: when }, next },
}));

export class BenchCluster {
  private readonly programs: ChildProcess[] = [];

  private constructor(
    readonly plane: ControlPlane,
    private readonly folder: string,
  ) {}

  static async start(kwok: string): Promise<BenchCluster> {
    const plane = await ControlPlane.start([{ name: 'operator', groups: ['system:masters'] }]);
    installDefinitions(plane);
    plane.kubectl(['create', '-f', '-'], { input: JSON.stringify(NODE) });
    const status = JSON.stringify({ status: NODE.status });
    plane.kubectl(['patch', 'node', NODE.metadata.name, '--subresource=status', '--type=merge', '-p', status]);
    // The API server marks every new node as not ready; there is no controller that would see that it is.
    const untainted = JSON.stringify({ spec: { taints: null } });
    plane.kubectl(['patch', 'node', NODE.metadata.name, '--type=merge', '-p', untainted]);
    const cluster = new BenchCluster(plane, mkdtempSync(join(tmpdir(), 'bench-operator-')));
    const kubeconfig = plane.kubeconfig();
    cluster.run(join(assets(), 'kube-scheduler'), [
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=1000',
      '--kube-api-burst=2000',
    ]);
    const stages = join(cluster.folder, 'stages.yaml');
    writeFileSync(stages, STAGES.map((stage) => JSON.stringify(stage)).join('\n---\n'));
    cluster.run(kwok, [
      `--kubeconfig=${kubeconfig}`,
      '--manage-all-nodes',
      `--config=${stages}`,
      `--cidr=${POD_ADDRESSES}`,
    ]);
    return cluster;
  }

  /** Starts a program that ends with the cluster. */
  run(program: string, args: string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: this.folder, ...environment },
      // Only the operator's output is read; a pipe that nobody reads fills up.
      stdio: [
        'ignore',
        program === process.execPath ? 'pipe' : 'ignore',
        process.env['BENCH_DEBUG'] === undefined ? 'ignore' : 'inherit',
      ],
    });
    this.programs.push(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.programs.reverse()) await killProcess(child);
    await this.plane.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
