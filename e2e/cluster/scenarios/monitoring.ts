import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { Person } from '@claude-webui/testing/cluster/edge';
import { get, NAMESPACE, podsOf, RELEASE, session, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { ask, removePrometheus, startPrometheus, targets, valueOf } from '../prometheus';

/** Images, a StatefulSet, its configuration, and the first scrapes. */
const START_TIMEOUT_MS = 240_000;

interface PrometheusRule {
  spec: { groups: { rules: { alert?: string; record?: string }[] }[] };
}

/** The real Prometheus operator, and what it makes of the chart's monitors and rules. */
export function monitoringScenario(): void {
  let person: Person | undefined;
  let inside: { id: string; client: TerminalClient } | undefined;

  beforeAll(async () => {
    await startPrometheus();
    await upgrade(
      ...['serviceMonitor', 'podMonitor', 'prometheusRule'].map((name) => `metrics.${name}.enabled=true`),
      ...['serviceMonitor', 'podMonitor'].map((name) => `metrics.${name}.interval=5s`),
      'sessions.template=shell',
    );
    person = await Person.signIn();
    inside = await person.shell();
  });
  afterAll(async () => {
    inside?.client.close();
    await person?.endAll();
    await removePrometheus();
  });

  test('Prometheus scrapes every gateway, every operator and the session, by its monitors', async () => {
    const names = async (component: string) => (await podsOf(component)).map(({ metadata }) => metadata.name);
    const pod = (await session(inside?.id ?? '')).status?.podName ?? '';
    let wanted: string[] = [];
    let found: string[] = [];
    // The upgrade has replaced pods: those of before go, and their targets after them.
    await eventually(
      async () => {
        wanted = [...(await names('gateway')), ...(await names('operator')), pod];
        found = (await targets().catch(() => [])).map(
          ({ labels, health, lastError }) => `${labels.pod ?? ''} ${health} ${lastError}`,
        );
        return (
          wanted.every((name) => found.includes(`${name} up `)) && found.every((target) => target.endsWith(' up '))
        );
      },
      () => `wanted ${wanted.join(', ')}; found ${found.join('; ')}`,
      START_TIMEOUT_MS,
    );
    expect((await targets()).map(({ labels }) => labels.job)).toEqual(
      expect.arrayContaining(['gateway', 'operator', `${NAMESPACE}/${RELEASE}-sessions`]),
    );
  });

  test('what it has read is what goes on: one person is connected', async () => {
    await eventually(
      async () => (await valueOf('sum(app_ws_connections)')) === 1,
      async () => `sockets: ${await valueOf('sum(app_ws_connections)')}`,
      60_000,
    );
  });

  test('it has loaded every rule of the chart, and each can be evaluated', async () => {
    const { spec } = await get<PrometheusRule>('--namespace', NAMESPACE, 'prometheusrule', RELEASE);
    const wanted = spec.groups.flatMap(({ rules }) => rules.map(({ alert, record }) => alert ?? record ?? ''));
    expect(wanted.length).toBeGreaterThan(5);
    let found: { name: string; health: string }[] = [];
    await eventually(
      async () => {
        const { groups } = await ask<{ groups: { rules: typeof found }[] }>('rules');
        found = groups.flatMap(({ rules }) => rules);
        return found.length >= wanted.length && found.every(({ health }) => health === 'ok');
      },
      () => JSON.stringify(found),
      60_000,
    );
    expect(found.map(({ name }) => name).sort()).toEqual(wanted.sort());
  });
}
