/**
 * `npm run bench:operator [SIZES...]`: what sessions cost the operator, and that it costs the same for each of many. Wants the
 * folder of kube-apiserver, etcd, kubectl and kube-scheduler in KUBEBUILDER_ASSETS, and the program kwok in KWOK.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from './measure';
import { STEADY_SECONDS, measure } from './measure';

const SIZES = [10, 100, 1000, 5000];
/** However many sessions there are. */
const MAX_BUSY_WRITES_PER_SECOND = 5;
/** Of one size. */
const LIMIT_MS = 1_200_000;
const DOCUMENT = join(__dirname, '..', '..', '..', 'docs', 'OPERATOR.md');
const MARKERS = /(<!-- operator-scale -->\n)[^]*?(\n<!-- \/operator-scale -->)/;

function table(rows: Measurement[]): string {
  const cells = rows.map((row) =>
    [
      row.sessions.toLocaleString('en'),
      row.seconds.toFixed(1),
      (row.sessions / row.seconds).toFixed(0),
      row.requestsPerSession.toFixed(1),
      (row.cpuSecondsPerSession * 1000).toFixed(1),
      row.rssMiB.toFixed(0),
      String(row.steadyWrites),
      row.busyWritesPerSecond.toFixed(1),
    ].join(' | '),
  );
  const day = new Date().toISOString().slice(0, 10);
  return [
    `By \`npm run bench:operator\` on ${day}: ${cpus().length} cores, shared with the API server, etcd, the scheduler, kwok (as the kubelet)`,
    'and whatever else ran. Sessions are created at once, all start cold, KUBE_API_QPS is 1000. Requests are those of the operator,',
    'Events included as far as they were sent by then. A program of the benchmark answers at each pod for its session-runner, asked every',
    '10 s as by default: at rest nothing happens in the sessions, in use there is activity in all of them all the time.',
    '',
    `| sessions | all ready, s | per second | requests per session | CPU ms per session | peak memory, MiB | writes in ${STEADY_SECONDS} s at rest | writes per second in use |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...cells.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const kwok = process.env['KWOK'];
  if (kwok === undefined)
    throw new Error('Set KWOK to the program kwok, and KUBEBUILDER_ASSETS to the folder of kube-apiserver.');
  const asked = process.argv.slice(2).map(Number);
  const rows: Measurement[] = [];
  for (const size of asked.length === 0 ? SIZES : asked) {
    const row = await measure(kwok, size, LIMIT_MS);
    rows.push(row);
    console.error(JSON.stringify(row));
    if (row.steadyWrites > 0 || row.busyWritesPerSecond > MAX_BUSY_WRITES_PER_SECOND) process.exitCode = 1;
  }
  const text = table(rows);
  console.log(text);
  // A run of some sizes only is for looking.
  if (asked.length > 0) return;
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(DOCUMENT, document.replace(MARKERS, `$1\n${text}$2`));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
