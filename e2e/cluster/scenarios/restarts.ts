import { createHash } from 'node:crypto';
import type { TerminalClient } from '../../system/terminal-client';
import { Person } from '../edge';
import { kubectl, NAMESPACE, podsOf, upgrade } from '../kubernetes';

/** 200 pieces of a hundred kilobytes, each a quarter of a second after the last: 20 MB in about a minute. */
const PIECES = 200;
const LINES = 13_000;
const FLOOD = `for i in $(seq 0 ${PIECES - 1}); do seq $((i*${LINES}+1000000)) $((i*${LINES}+1000000+${LINES - 1})); sleep 0.25; done`;

/** What it prints, as a terminal shows it. */
function hashOfFlood(): string {
  const hash = createHash('sha256').update('\r\n');
  for (let n = 0; n < PIECES * LINES; n += 1) hash.update(`${n + 1_000_000}\r\n`);
  return hash.digest('hex');
}

/** All that may be restarted while 20 MB go through it. */
export function restartsScenario(): void {
  let person: Person;
  let inside: { id: string; client: TerminalClient };

  beforeAll(() => upgrade('sessions.template=shell'));
  beforeEach(async () => {
    person = await Person.signIn();
    inside = await person.shell();
    inside.client.type(`echo B""EGIN; ${FLOOD}; echo E""ND\n`);
    await inside.client.shows('BEGIN');
  });
  afterEach(async () => {
    inside.client.close();
    await person.endAll();
  });

  async function expectWhole(): Promise<void> {
    await inside.client.shows('END');
    expect(inside.client.hashBetween('BEGIN', 'END')).toBe(hashOfFlood());
    expect(inside.client.received).toBeGreaterThan(20_000_000);
  }

  async function restart(component: string): Promise<void> {
    const deployment = `deployment/terminal-${component}`;
    await kubectl('--namespace', NAMESPACE, 'rollout', 'restart', deployment);
    await kubectl('--namespace', NAMESPACE, 'rollout', 'status', deployment, '--timeout', '180s');
  }

  test('a rolling restart of the gateway loses not one byte, and nobody is without a connection', async () => {
    await restart('gateway');
    await expectWhole();
    expect(inside.client.phases).not.toContain('reconnecting');
  });

  test('a restart of Redis and of the operator is not noticed', async () => {
    await Promise.all([restart('redis'), restart('operator')]);
    await expectWhole();
    expect(inside.client.phases).not.toContain('reconnecting');
  });

  test('gateways deleted without a grace lose not one byte', async () => {
    for (const { metadata } of await podsOf('gateway')) {
      await kubectl('--namespace', NAMESPACE, 'delete', 'pod', metadata.name, '--grace-period=0', '--force');
      await kubectl('--namespace', NAMESPACE, 'rollout', 'status', 'deployment/terminal-gateway', '--timeout', '180s');
    }
    await expectWhole();
  });
}
