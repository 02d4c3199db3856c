/** What the product holds while nobody has a session. */
import { get, kubectl, NAMESPACE, podsOf, SESSIONS } from '@claude-webui/testing/cluster/kubernetes';

/** Of both namespaces. Events and leases say when, not how much. */
const OBJECTS = [
  'pods',
  'claudesessions',
  'networkpolicies',
  'poddisruptionbudgets',
  'persistentvolumeclaims',
  'secrets',
  'configmaps',
  'serviceaccounts',
];
/** A name of the measurement, and its value. */
export type Remains = Map<string, number>;

/** @param elder names of the pods whose memory and descriptors count: they live through the whole run */
export async function remains(elder: readonly string[]): Promise<Remains> {
  const found: Remains = new Map();
  for (const pod of elder) {
    const { rssMiB, descriptors } = await processOf(pod);
    found.set(`${pod} RSS, MiB`, rssMiB);
    found.set(`${pod} descriptors`, descriptors);
  }
  found.set('Redis keys', await redisKeys());
  for (const kind of OBJECTS) {
    const { items } = await get<{ items: { metadata: { namespace: string } }[] }>(kind, '--all-namespaces');
    const ours = items.filter(({ metadata }) => [NAMESPACE, SESSIONS].includes(metadata.namespace));
    found.set(kind, ours.length);
  }
  return found;
}

const inPod = (pod: string, ...command: string[]) => kubectl('--namespace', NAMESPACE, 'exec', pod, '--', ...command);

/** Of the pod's first process, which is the server. */
async function processOf(pod: string): Promise<{ rssMiB: number; descriptors: number }> {
  const script = `const fs = require('fs');
const [, kib] = /^VmRSS:\\s+(\\d+) kB$/m.exec(fs.readFileSync('/proc/1/status', 'utf8'));
console.log(JSON.stringify({ rssMiB: Math.round(kib / 1024), descriptors: fs.readdirSync('/proc/1/fd').length }));`;
  return JSON.parse(await inPod(pod, 'node', '-e', script)) as { rssMiB: number; descriptors: number };
}

async function redisKeys(): Promise<number> {
  const [pod] = await podsOf('redis');
  const ask = `REDISCLI_AUTH=$(sed -n 's/^requirepass "*\\([^"]*\\)"*$/\\1/p' /etc/redis-secret/redis.conf) redis-cli DBSIZE`;
  return Number((await inPod(pod?.metadata.name ?? '', 'sh', '-c', ask)).trim());
}
