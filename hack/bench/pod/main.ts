/**
 * `npm run bench:pod [rounds]`: from the word whose a session pod is to the CLI's prompt on a screen, with the CLI at its prompt
 * before (warm), with one that has to be started anew for what the session brings, and from the runner's start (cold). The cluster's own
 * part, scheduling and image, is not in it.
 */
import { cpus } from 'node:os';
import type { BindRequest } from '@claude-webui/protocol';
import { RunningPod } from '@claude-webui/session-runner/testing/running-pod';
import { startFakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { median, percentile } from '../terminal/statistics';

const ROUNDS = 10;
const POLL_MS = 50;
/** On the CLI's first screen, below its prompt. */
const PROMPT = 'shortcuts';

const KINDS = ['warm', 'warm, CLI started anew', 'cold'] as const;
type Kind = (typeof KINDS)[number];

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? ROUNDS);
  const fake = await startFakeAnthropic();
  const access = { ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_AUTH_TOKEN: 'a token' };
  const start = () =>
    RunningPod.start({
      main: require.resolve('@claude-webui/session-runner'),
      env: { ANTHROPIC_BASE_URL: fake.url, LOG_LEVEL: 'info' },
    });
  const results = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  const residents: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of KINDS) {
      const startedAt = performance.now();
      const pod = await start();
      if (kind !== 'cold') await untilReady(pod);
      residents.push(Number(/^process_resident_memory_bytes (\d+)$/m.exec(await pod.metrics())?.[1]) / 1e6);
      const from = kind === 'cold' ? startedAt : performance.now();
      const env = kind === 'warm, CLI started anew' ? { ...access, EXTRA: 'yes' } : access;
      await untilPrompt(pod, pod.bindRequest({ env, size: { cols: 100, rows: 30 } }));
      results.get(kind)?.push(performance.now() - from);
      await pod.end();
    }
  }
  await fake.close();
  console.log(`${rounds} rounds, ${cpus().length} cores, runner at rest ${median(residents).toFixed(0)} MB\n`);
  console.log('| start | p50 ms | p95 ms |\n|---|---|---|');
  for (const [kind, times] of results)
    console.log(`| ${kind} | ${median(times).toFixed(0)} | ${percentile(times, 0.95).toFixed(0)} |`);
}

/** As the operator does before it hands a pod out. */
async function untilReady(pod: RunningPod): Promise<void> {
  while (!(await pod.status()).cliReady) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

/** Binds as a gateway does, attaches as a browser does, and waits for the prompt on its screen. */
async function untilPrompt(pod: RunningPod, request: BindRequest): Promise<void> {
  const status = await pod.bind(request);
  if (status !== 204) throw new Error(`the bind was answered with ${status}`);
  const client = pod.attach({ cols: '100', rows: '30' });
  await client.until(() => {
    const snapshots = client.frames.flatMap((frame) => (frame.type === 'snapshot' ? [Buffer.from(frame.data)] : []));
    return Buffer.concat([...snapshots, client.output]).includes(PROMPT);
  });
  await client.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
