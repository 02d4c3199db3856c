import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import { Person } from '@claude-webui/testing/cluster/edge';
import { kubectl, NAMESPACE, podsOf, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { Flood } from '../flood';

/** All that may be restarted while 20 MB and more go through it. */
export function restartsScenario(): void {
  let person: Person;
  let inside: { id: string; client: TerminalClient };
  let flood: Flood;

  beforeAll(() => upgrade('sessions.template=shell'));
  beforeEach(async () => {
    person = await Person.signIn();
    inside = await person.shell();
    flood = await Flood.start(inside.client);
  });
  afterEach(async () => {
    inside.client.close();
    await person.endAll();
  });

  const rolledOut = (component: string) =>
    kubectl('--namespace', NAMESPACE, 'rollout', 'status', `deployment/terminal-${component}`, '--timeout', '180s');

  async function restart(component: string): Promise<void> {
    await kubectl('--namespace', NAMESPACE, 'rollout', 'restart', `deployment/terminal-${component}`);
    await rolledOut(component);
  }

  test('a rolling restart of the gateway loses not one byte, and nobody is without a connection', async () => {
    await restart('gateway');
    await flood.expectWhole();
    expect(inside.client.phases).not.toContain('reconnecting');
  });

  test('a restart of Redis and of the operator is not noticed', async () => {
    await Promise.all([restart('redis'), restart('operator')]);
    await flood.expectWhole();
    expect(inside.client.phases).not.toContain('reconnecting');
  });

  test('gateways deleted without a grace lose not one byte', async () => {
    for (const { metadata } of await podsOf('gateway')) {
      await kubectl('--namespace', NAMESPACE, 'delete', 'pod', metadata.name, '--grace-period=0', '--force');
      await rolledOut('gateway');
    }
    await flood.expectWhole();
  });
}
