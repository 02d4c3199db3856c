/**
 * `npm run bench:soak [minutes]`: 20 people open and end sessions on the kind cluster of hack/kind-up while Redis and one of the
 * gateways are deleted in turn. What the product holds afterwards, when nobody has a session, must be what it held after the first
 * five minutes: memory, descriptors, Redis keys, objects. Ends with 1 if it is more, or if a terminal has lost anything.
 */
import '@claude-webui/testing/cluster/host-names';
import { setTimeout as delay } from 'node:timers/promises';
import { Person } from '@claude-webui/testing/cluster/edge';
import type { Pod } from '@claude-webui/testing/cluster/kubernetes';
import { get, kubectl, NAMESPACE, podsOf, SESSIONS, settled, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { People } from './people';
import type { Remains } from './remains';
import { remains } from './remains';

const PEOPLE = 20;
const FIRST_MINUTES = 5;
const MINUTES = 30;
const FAULT_EVERY_MS = 60_000;
/** Sessions that are over go within their time to live; then memory is collected and connections close. Milliseconds. */
const QUIET_TIMEOUT_MS = 300_000;
const REST_MS = 60_000;
/** A part of the value. */
const TOLERANCE = 0.05;

async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? MINUTES);
  await upgrade('sessions.template=shell', `sessions.maxPerUser=${PEOPLE + 5}`);
  const people = new People(await Person.signIn());
  const elder = await Promise.all([oldest('gateway'), oldest('operator')]);
  await period(people, FIRST_MINUTES, elder[0]);
  const before = await remains(elder);
  await period(people, minutes - FIRST_MINUTES, elder[0]);
  const after = await remains(elder);
  console.log(table(before, after));
  console.log(
    `\n${minutes} minutes, ${people.sessions} sessions, ${people.lost.length} of them lost something, ${people.refused} requests were tried again`,
  );
  for (const what of people.lost) console.log(what);
  const grown = [...after].filter(([name, value]) => value > (before.get(name) ?? 0) * (1 + TOLERANCE));
  for (const [name] of grown) console.log(`more than before: ${name}`);
  await upgrade();
  // The web client's connection has timers of its own.
  process.exit(grown.length === 0 && people.lost.length === 0 ? 0 : 1);
}

/** Sessions and faults for so long; then nobody has a session, and everything has come to rest. */
async function period(people: People, minutes: number, elderGateway: string): Promise<void> {
  people.start(PEOPLE);
  const until = Date.now() + minutes * 60_000;
  for (let fault = 0; Date.now() + FAULT_EVERY_MS < until; fault += 1) {
    await delay(FAULT_EVERY_MS);
    const victims = await podsOf(fault % 2 === 0 ? 'redis' : 'gateway');
    const victim = victims.find(({ metadata }) => metadata.name !== elderGateway);
    await kubectl(
      ...['--namespace', NAMESPACE, 'delete', 'pod', victim?.metadata.name ?? '', '--grace-period=0', '--force'],
    );
  }
  await delay(until - Date.now());
  await people.leave();
  await settled();
  const left = async () => (await get<{ items: object[] }>('--namespace', SESSIONS, 'claudesessions')).items.length;
  await eventually(
    async () => (await left()) === 0,
    () => 'sessions that are over stay',
    QUIET_TIMEOUT_MS,
  );
  await delay(REST_MS);
}

async function oldest(component: string): Promise<string> {
  const created = ({ metadata }: Pod & { metadata: { creationTimestamp?: string } }) =>
    metadata.creationTimestamp ?? '';
  const pods = (await podsOf(component)).sort((a, b) => created(a).localeCompare(created(b)));
  const name = pods[0]?.metadata.name;
  if (name === undefined) throw new Error(`there is no ${component}`);
  return name;
}

function table(before: Remains, after: Remains): string {
  const rows = [...before].map(([name, value]) => `| ${name} | ${value} | ${after.get(name) ?? 0} |`);
  return [`| | after ${FIRST_MINUTES} minutes | at the end |`, '|---|---|---|', ...rows].join('\n');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
