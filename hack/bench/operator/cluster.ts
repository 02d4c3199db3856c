/** A control plane whose scheduler is real and whose kubelet is kwok: pods get ready without running. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlPlane, assets } from '../../../operator/src/testing/control-plane';
import { installDefinitions } from '../../../operator/src/testing/world';

/** Room for every pod of the largest run, on one node. */
const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'kwok-0', annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { type: 'kwok' } },
  status: {
    allocatable: { cpu: '100000', memory: '1000Ti', pods: '100000', 'ephemeral-storage': '1000Ti' },
    capacity: { cpu: '100000', memory: '1000Ti', pods: '100000', 'ephemeral-storage': '1000Ti' },
  },
};

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
    const cluster = new BenchCluster(plane, mkdtempSync(join(tmpdir(), 'bench-operator-')));
    const kubeconfig = plane.kubeconfig();
    cluster.run(join(assets(), 'kube-scheduler'), [
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=1000',
      '--kube-api-burst=2000',
    ]);
    cluster.run(kwok, [`--kubeconfig=${kubeconfig}`, '--manage-all-nodes', '--server-address=']);
    return cluster;
  }

  /** Starts a program that ends with the cluster. */
  run(program: string, args: string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: this.folder, ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.programs.push(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.programs.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    await this.plane.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
