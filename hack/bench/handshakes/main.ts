/**
 * `npm run bench:handshakes [seconds] [connections]`: one address opens Engine.IO connections by polling as fast as the gateway answers,
 * or 100,000 in 25 s if it answers faster, while a person lists their sessions. Prints what the gateway's memory grows to, and how long
 * the person waits. The gateway has the limits that it has by default. Exit code 1 when a bar is missed.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { startServer } from '../terminal/server-process';
import { percentile } from '../terminal/statistics';

const SECONDS = 25;
const CONNECTIONS = 64;
/** Bars. */
const [HANDSHAKES, MAX_MB, MAX_P99_MS] = [100_000, 150, 100];
const LOOK_EVERY_MS = 20;
const SIGN_INS = 8;
const PASSWORD = 'only for the benchmark';

interface Round {
  /** Resident, before and at the most. */
  restMb: number;
  mostMb: number;
  /** By status. */
  answers: Map<string, number>;
  /** Of a person's requests, in milliseconds. */
  waits: number[];
}

async function main(): Promise<number> {
  const seconds = Number(process.argv[2] ?? SECONDS);
  const connections = Number(process.argv[3] ?? CONNECTIONS);
  console.log(`${seconds} s, ${connections} at a time, ${cpus().length} cores, Node.js ${process.versions.node}\n`);
  const { answers, restMb, mostMb, waits } = await play(seconds, connections);
  const told = [...answers].map(([status, count]) => `${count} × ${status}`).join(', ');
  const [p50, p99] = [percentile(waits, 0.5), percentile(waits, 0.99)];
  console.log('| handshakes | MB at rest | MB at the most | a GET p50 ms | p99 ms | of |\n|---|---|---|---|---|---|');
  console.log(
    `| ${told} | ${restMb.toFixed(0)} | ${mostMb.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${waits.length} |`,
  );
  return mostMb < MAX_MB && p99 < MAX_P99_MS ? 0 : 1;
}

async function play(seconds: number, connections: number): Promise<Round> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-handshakes-'));
  const gateway = await onFreePorts(1, (port) =>
    startServer(
      process.execPath,
      ['--max-semi-space-size=8', require.resolve('@claude-webui/gateway/main.js')],
      { port, access: {} },
      {
        PORT: String(port),
        INTERNAL_PORT: '0',
        DATA_DIR: join(scratch, 'data'),
        CLAUDE_WORKING_DIR: join(scratch, 'sessions'),
        CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
        SESSION_ISOLATION: 'off',
        // As in the images (Dockerfile).
        MALLOC_TRIM_THRESHOLD_: '131072',
        // The person asks 50 times a second, which people do not.
        RATE_LIMIT_MAX_REQUESTS: '1000000',
        RATE_LIMIT_MAX_REQUESTS_PER_ADDRESS: '1000000',
      },
    ),
  );
  const { port } = gateway.target;
  try {
    // As many at once as there are threads for it, for what they leave behind.
    const [token = ''] = await Promise.all(Array.from({ length: SIGN_INS }, () => signIn(port)));
    await ask(port, token);
    await delay(1000);
    // The most from now on (proc(5)).
    writeFileSync(`/proc/${gateway.pid}/clear_refs`, '5');
    const restMb = residentMb(gateway.pid, 'VmRSS');
    const over = AbortSignal.timeout(seconds * 1000);
    const answers = new Map<string, number>();
    const waits: number[] = [];
    const pace = new Pace(HANDSHAKES / SECONDS);
    await Promise.all([
      person(port, token, waits, over),
      ...Array.from({ length: connections }, () => stranger(port, answers, pace, over)),
    ]);
    return { restMb, mostMb: residentMb(gateway.pid, 'VmHWM'), answers, waits };
  } finally {
    await gateway.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** So many turns a second, for all who ask. */
class Pace {
  private readonly startedAt = performance.now();
  private taken = 0;

  constructor(private readonly perSecond: number) {}

  async turn(): Promise<void> {
    this.taken += 1;
    const early = this.startedAt + (this.taken / this.perSecond) * 1000 - performance.now();
    if (early > 1) await delay(early);
  }
}

const HANDSHAKE = 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Opens connections until it is over, each as soon as the last was answered. */
async function stranger(port: number, answers: Map<string, number>, pace: Pace, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await pace.turn();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(HANDSHAKE);
    // An answer comes in one piece; none comes on a connection that is refused.
    const [answer] = await Promise.race([once(socket, 'data') as Promise<[Buffer]>, once(socket, 'close')]).catch(
      () => [],
    );
    const status = Buffer.isBuffer(answer) ? answer.toString('latin1', 9, 12) : 'none';
    answers.set(status, (answers.get(status) ?? 0) + 1);
    socket.destroy();
  }
}

async function signIn(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  return ((await answer.json()) as { token: string }).token;
}

async function ask(port: number, token: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/sessions`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await answer.text();
  if (answer.status !== 200) throw new Error(`the person was answered with ${answer.status}`);
}

async function person(port: number, token: string, waits: number[], over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const startedAt = performance.now();
    await ask(port, token);
    waits.push(performance.now() - startedAt);
    await delay(LOOK_EVERY_MS);
  }
}

function residentMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
