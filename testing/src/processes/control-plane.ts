/**
 * A real kube-apiserver with its etcd, on loopback, for tests: no scheduler, no kubelet, no controllers. Its binaries come
 * from the folder that KUBEBUILDER_ASSETS names, as everywhere in this field.
 */
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OPERATOR_NAME } from '@claude-webui/kubernetes-api';
import { ApiClient, Connection, TokenBucket } from '@claude-webui/kubernetes-api/client';
import type { ClusterAccess } from '@claude-webui/kubernetes-api/client';
import { onFreePorts } from '../on-free-ports';
import { killProcess } from './kill-process';

const START_MS = 120_000;

/** Folder with `etcd`, `kube-apiserver` and `kubectl`. @throws when there is none. */
export function assets(): string {
  const folder = process.env['KUBEBUILDER_ASSETS'] ?? '';
  if (!existsSync(join(folder, 'kube-apiserver')) || !existsSync(join(folder, 'etcd')))
    throw new Error(
      'These tests need kube-apiserver, etcd and kubectl. Set KUBEBUILDER_ASSETS to the folder that has them ("setup-envtest use -p path" makes one).',
    );
  return folder;
}

interface AuditEntry {
  user: { username: string };
  verb: string;
  requestURI: string;
  requestReceivedTimestamp: string;
  objectRef?: { resource?: string; name?: string };
  responseStatus?: { code?: number };
}

interface User {
  name: string;
  groups: string[];
  token: string;
}

export class ControlPlane {
  private etcd: ChildProcess | null = null;
  private apiServer: ChildProcess | null = null;
  private said = '';
  private etcdPort = 0;
  private port = 0;

  private constructor(
    private readonly folder: string,
    private readonly users: User[],
  ) {}

  /** `users` beside the administrator, who may do everything. */
  static async start(users: { name: string; groups?: string[] }[] = []): Promise<ControlPlane> {
    assets();
    const all = [{ name: 'admin', groups: ['system:masters'] }, ...users].map(({ name, groups = [] }) => ({
      name,
      groups,
      token: randomBytes(16).toString('hex'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'control-plane-'));
    const plane = new ControlPlane(folder, all);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(
      join(folder, 'tokens.csv'),
      all.map(({ token, name, groups }) => `${token},${name},${name},"${groups.join(',')}"\n`).join(''),
    );
    // Who did what, for tests that ask.
    const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] };
    writeFileSync(join(folder, 'audit-policy.json'), JSON.stringify({ ...policy, omitStages: ['RequestReceived'] }));
    await onFreePorts(2, (port, peerPort) => plane.startEtcd(port, peerPort));
    await onFreePorts(1, (port) => {
      plane.port = port;
      return plane.startApiServer();
    });
    return plane;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  access(user = 'admin'): ClusterAccess {
    const { url } = this;
    const token = this.token(user);
    const ca = readFileSync(join(this.folder, 'certs', 'apiserver.crt'));
    return {
      getCurrentCluster: () => ({ server: url }),
      applyToHTTPSOptions: (options) => {
        Object.assign(options, { ca, headers: { authorization: `Bearer ${token}` } });
        return Promise.resolve();
      },
    };
  }

  /** For programs: a kubeconfig file of the user. */
  kubeconfig(user = 'admin'): string {
    const path = join(this.folder, `${user}.kubeconfig`);
    const cluster = {
      server: this.url,
      'certificate-authority-data': readFileSync(join(this.folder, 'certs', 'apiserver.crt')).toString('base64'),
    };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: user, user: { token: this.token(user) } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
      'current-context': 'test',
    };
    // A kubeconfig may be JSON, which is YAML.
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  client(user = 'admin', watchSeconds?: number): { api: ApiClient; close: () => void } {
    const connection = new Connection(this.access(user), OPERATOR_NAME);
    const api = new ApiClient(connection, {
      limit: new TokenBucket(10_000, 10_000),
      fence: () => undefined,
      onAnswer: () => undefined,
      fieldManager: 'test',
      ...(watchSeconds === undefined ? {} : { watchSeconds }),
    });
    return { api, close: () => connection.close() };
  }

  /** @throws with what kubectl said. */
  kubectl(args: string[], options: { user?: string; input?: string } = {}): string {
    return execFileSync(join(assets(), 'kubectl'), ['--kubeconfig', this.kubeconfig(options.user), ...args], {
      encoding: 'utf8',
      input: options.input ?? '',
      env: { ...process.env, HOME: this.folder },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** For how many seconds a user has asked for each of its watches. */
  watchesOf(user: string): number[] {
    return this.auditLog()
      .filter((entry) => entry.user.username === user && entry.verb === 'watch')
      .map(({ requestURI }) => Number(new URL(requestURI, this.url).searchParams.get('timeoutSeconds')));
  }

  /** What a user has asked since a time (milliseconds since the epoch) to write, with success, as "verb resource/name". */
  writesOf(user: string, sinceMs: number): string[] {
    return this.auditLog()
      .filter((entry) => entry.user.username === user && !['get', 'list', 'watch'].includes(entry.verb))
      .filter((entry) => (entry.responseStatus?.code ?? 0) < 300)
      .filter((entry) => Date.parse(entry.requestReceivedTimestamp) >= sinceMs)
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ''}/${objectRef?.name ?? ''}`);
  }

  private auditLog(): AuditEntry[] {
    const lines = readFileSync(join(this.folder, 'audit.log'), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as AuditEntry);
  }

  /** Forgets all history but the present: watches from before get 410 Gone. */
  async compact(revision: number): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.etcdPort}/v3/kv/compaction`, {
      method: 'POST',
      body: JSON.stringify({ revision: String(revision), physical: true }),
    });
    if (!response.ok) throw new Error(`etcd did not compact: ${await response.text()}`);
  }

  async restartApiServer(): Promise<void> {
    await this.stopApiServer();
    await this.startApiServer();
  }

  async stopApiServer(): Promise<void> {
    await killProcess(this.apiServer);
    this.apiServer = null;
  }

  /** Its connections stay, and nothing is answered. Everything of kubectl waits, too. */
  pauseApiServer(): void {
    this.apiServer?.kill('SIGSTOP');
  }

  resumeApiServer(): void {
    this.apiServer?.kill('SIGCONT');
  }

  async startApiServer(): Promise<void> {
    const { folder } = this;
    this.apiServer = this.spawn('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${this.etcdPort}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${this.port}`,
      `--cert-dir=${join(folder, 'certs')}`,
      `--service-account-key-file=${join(folder, 'sa.key')}`,
      `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.0.0.0/24',
      `--audit-policy-file=${join(folder, 'audit-policy.json')}`,
      `--audit-log-path=${join(folder, 'audit.log')}`,
      '--audit-log-mode=blocking',
      // There is no controller that makes default service accounts.
      '--disable-admission-plugins=ServiceAccount',
      // Load tests are about the operator.
      '--max-requests-inflight=1500',
      '--max-mutating-requests-inflight=1000',
      // What the test of 410 Gone does itself.
      '--etcd-compaction-interval=0',
    ]);
    await this.until(this.apiServer, () => this.isReady());
  }

  async close(): Promise<void> {
    await killProcess(this.apiServer);
    await killProcess(this.etcd);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private token(user: string): string {
    const found = this.users.find(({ name }) => name === user);
    if (found === undefined) throw new Error(`no user ${user}`);
    return found.token;
  }

  private async startEtcd(port: number, peerPort: number): Promise<void> {
    this.etcdPort = port;
    const client = `http://127.0.0.1:${port}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    this.etcd = this.spawn('etcd', [
      `--data-dir=${join(this.folder, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
    ]);
    await this.until(this.etcd, async () => (await fetch(`${client}/health`)).ok);
  }

  private isReady(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      request(`${this.url}/readyz`, {
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${this.token('admin')}` },
      })
        .once('response', (response) => {
          response.resume();
          resolve(response.statusCode === 200);
        })
        .once('error', reject)
        .end();
    });
  }

  private spawn(program: string, args: string[]): ChildProcess {
    this.said = '';
    const child = spawn(join(assets(), program), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-4000)));
    return child;
  }

  /**
   * These programs tell nobody when they are ready: they have to be asked.
   * @throws Error with what it printed if it ends before. Its port may be another program's, which need not answer
   */
  private async until(child: ChildProcess, isReady: () => Promise<boolean>): Promise<void> {
    const ended = once(child, 'close').then(() => {
      throw new Error(`${child.spawnfile} ended: ${this.said}`);
    });
    ended.catch(() => undefined);
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      if (await Promise.race([isReady().catch(() => false), ended])) return;
      await delay(100);
    }
    throw new Error(`${child.spawnfile} was not ready in ${START_MS} ms: ${this.said}`);
  }
}
