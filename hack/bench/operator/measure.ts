/** So many ClaudeSessions created at once, and what they cost until all are ready. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { ClaudeSession, SessionTemplate } from '@claude-webui/kubernetes-api';
import { CLAUDE_SESSION, Informer, SESSION_TEMPLATE, Store } from '@claude-webui/kubernetes-api/client';
import { silent } from '@claude-webui/operator/testing/silent-log';
import { operatorEnvironment } from '@claude-webui/operator/testing/world';
import { BenchCluster } from './cluster';
import { playRunners } from './runners';

const OPERATOR = join(__dirname, '..', '..', '..', 'operator', 'dist', 'main.js');
const NAMESPACE = 'sessions';
/** How many creations are under way at a time. */
const CREATORS = 32;
/** How long nothing may be written once all are ready, and nothing happens in them. */
export const STEADY_SECONDS = 30;
/** How long is counted what is written while there is activity in all of them. */
const BUSY_SECONDS = 60;
/** The product's default. */
const STATUS_POLL_SECONDS = '10';

export interface Measurement {
  sessions: number;
  /** From the first creation to the last readiness. */
  seconds: number;
  requestsPerSession: number;
  cpuSecondsPerSession: number;
  /** Most memory that the operator has had, MiB. */
  rssMiB: number;
  /** Successful writes of the operator in the steady time. */
  steadyWrites: number;
  /** Its writes per second while there is activity in all sessions. */
  busyWritesPerSecond: number;
}

/** @throws when not all are ready in time */
export async function measure(kwok: string, sessions: number, limitMs: number): Promise<Measurement> {
  const runners = await playRunners();
  const cluster = await BenchCluster.start(kwok);
  const { api, close } = cluster.plane.client();
  try {
    cluster.plane.kubectl(['create', 'namespace', NAMESPACE]);
    const template = { metadata: { name: 'default' }, spec: { image: 'runner' } } as SessionTemplate;
    await api.create(SESSION_TEMPLATE, NAMESPACE, template);
    const operator = cluster.run(process.execPath, [OPERATOR], {
      ...operatorEnvironment(NAMESPACE),
      KUBECONFIG: cluster.plane.kubeconfig('operator'),
      POD_NAME: 'operator',
      STATUS_POLL_SECONDS,
      // There is nobody to agree with, and a machine that is busy with all the rest would lose the lease.
      LEADER_ELECTION: 'false',
    });
    const port = await started(operator.stdout);
    const before = await metrics(port);

    const store = new Store<ClaudeSession>();
    const informer = new Informer({ client: api, type: CLAUDE_SESSION, namespace: NAMESPACE, store, log: silent });
    const allReady = counted(store, sessions, limitMs);
    const from = performance.now();
    const names = Array.from({ length: sessions }, () => randomUUID()).values();
    const creator = async () => {
      for (const name of names) {
        const spec = { owner: name, templateRef: { name: 'default' } };
        await api.create(CLAUDE_SESSION, NAMESPACE, { metadata: { name }, spec } as ClaudeSession);
      }
    };
    await Promise.all([...Array.from({ length: CREATORS }, creator), allReady]);
    const seconds = (performance.now() - from) / 1000;
    const after = await metrics(port);
    await informer.close();

    await eventsWritten(port);
    const steadyWrites = await writesIn(cluster, STEADY_SECONDS);
    runners.work();
    // What was written last of each is then older than the least step in which activity is written.
    await delay(BUSY_SECONDS * 1000);
    const busyWrites = await writesIn(cluster, BUSY_SECONDS);
    return {
      sessions,
      seconds,
      requestsPerSession: (after.requests - before.requests) / sessions,
      cpuSecondsPerSession: (after.cpuSeconds - before.cpuSeconds) / sessions,
      rssMiB: peakMemory(operator.pid),
      steadyWrites,
      busyWritesPerSecond: busyWrites / BUSY_SECONDS,
    };
  } finally {
    close();
    await cluster.close();
    await runners.close();
  }
}

/** Writes of the operator in the next so many seconds, but those of its lease. */
async function writesIn(cluster: BenchCluster, seconds: number): Promise<number> {
  const since = Date.now();
  await delay(seconds * 1000);
  const leases = /^update leases\//;
  return cluster.plane.writesOf('operator', since).filter((write) => !leases.test(write)).length;
}

/** The port of its metrics, once it works. */
async function started(stdout: NodeJS.ReadableStream | null): Promise<number> {
  if (stdout === null) throw new Error('no stdout');
  const lines = createInterface({ input: stdout });
  let port = 0;
  for (;;) {
    const [line] = (await once(lines, 'line')) as [string];
    const entry = JSON.parse(line) as { msg: string; port?: number };
    port = entry.port ?? port;
    if (entry.msg === 'reconciling') return port;
  }
}

function counted(store: Store<ClaudeSession>, sessions: number, limitMs: number): Promise<void> {
  const ready = new Set<string>();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${ready.size} of ${sessions} sessions were ready after ${limitMs / 1000} s`)),
      limitMs,
    );
    store.onChange((_, session) => {
      if (session?.status?.phase === 'Ready') ready.add(session.metadata.name);
      if (ready.size < sessions) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

async function metrics(port: number): Promise<{ requests: number; cpuSeconds: number }> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    requests: sum(/^rest_client_requests_total\{.*\} (\d+)$/gm),
    cpuSeconds: sum(/^process_cpu_seconds_total (.+)$/gm),
  };
}

/** Events come behind the statuses: until the operator sends no more of anything. */
async function eventsWritten(port: number): Promise<void> {
  for (let last = -1; ;) {
    const { requests } = await metrics(port);
    // The lease alone is two requests every two seconds.
    if (requests - last <= 4) return;
    last = requests;
    await delay(3000);
  }
}

function peakMemory(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
