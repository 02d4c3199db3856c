/**
 * `npm run bench:kind`: the product on the kind cluster of hack/kind-up, from outside, by the ingress with TLS: echo of keys beside
 * `kubectl exec`, the gap that a rolling upgrade leaves, and a session from the click to the CLI's prompt. `-- echo`, `-- gap` or
 * `-- start` for one of them.
 */
import '@claude-webui/testing/cluster/host-names';
import { cpus } from 'node:os';
import { upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { measureEcho } from './echo';
import { measureGap } from './gap';
import { measureStart } from './start';

const MEASUREMENTS = { echo: measureEcho, gap: measureGap, start: measureStart };

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  console.log(`${cpus().length} cores for the whole cluster and its clients`);
  for (const [name, measure] of Object.entries(MEASUREMENTS))
    if (wanted.length === 0 || wanted.includes(name)) console.log(`\n${await measure()}`);
  await upgrade();
  // The web client's connection has timers of its own.
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
