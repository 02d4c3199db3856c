/** Questions to the stack's Prometheus, which is reached only from inside: nginx's container asks. */
import type { Stack } from './stack';

export interface Target {
  job: string;
  health: string;
  lastError: string;
}

async function get(stack: Stack, path: string, query: Record<string, string> = {}): Promise<unknown> {
  const fields = Object.entries(query).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
  const text = await stack.exec('nginx', 'curl', '-sS', '--get', ...fields, `http://prometheus:9090/api/v1/${path}`);
  const answer = JSON.parse(text) as { status: string; error?: string; data: unknown };
  if (answer.status !== 'success')
    throw new Error(`Prometheus refuses ${path} ${JSON.stringify(query)}: ${answer.error}`);
  return answer.data;
}

export async function targets(stack: Stack): Promise<Target[]> {
  const { activeTargets } = (await get(stack, 'targets')) as {
    activeTargets: { labels: { job: string }; health: string; lastError: string }[];
  };
  return activeTargets.map(({ labels, health, lastError }) => ({ job: labels.job, health, lastError }));
}

/** The number of series that the expression has now. @throws when Prometheus does not understand it */
export async function seriesOf(stack: Stack, expression: string): Promise<number> {
  const { result } = (await get(stack, 'query', { query: expression })) as { result: unknown[] };
  return result.length;
}

export async function metricNames(stack: Stack): Promise<Set<string>> {
  return new Set((await get(stack, 'label/__name__/values')) as string[]);
}

export async function ruleHealth(stack: Stack): Promise<{ name: string; health: string }[]> {
  const { groups } = (await get(stack, 'rules')) as { groups: { rules: { name: string; health: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.map(({ name, health }) => ({ name, health })));
}

export async function alertmanagers(stack: Stack): Promise<number> {
  return ((await get(stack, 'alertmanagers')) as { activeAlertmanagers: unknown[] }).activeAlertmanagers.length;
}
