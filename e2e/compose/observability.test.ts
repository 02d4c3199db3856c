/** Rules and dashboards, held against a real Prometheus that reads the real stack. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { parse } from 'yaml';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { metricNames, seriesOf, targets } from './prometheus';
import { ROOT, docker, startStack } from './stack';
import type { Stack } from './stack';

const DASHBOARDS = join(ROOT, 'charts/claude-webui/files/dashboards');
const RULES = join(ROOT, 'charts/claude-webui/files/rules');
/** Series of programs that the Compose file does not run. */
const ELSEWHERE =
  /^(session_runner_|controller_runtime_|workqueue_|rest_client_|leader_election_|claude_webui_informer_|ALERTS)/;
const SCRAPED_MS = 60_000;
/** The image that the Compose file runs. */
const PROMETHEUS = z
  .object({ services: z.object({ prometheus: z.object({ image: z.string() }) }) })
  .parse(parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'))).services.prometheus.image;

const dataSource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });
const place = z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1).max(24), h: z.int().min(1) });
const target = z.object({ refId: z.string(), expr: z.string().min(1), datasource: dataSource });
const panel = z.discriminatedUnion('type', [
  z.object({ id: z.int(), type: z.literal('row'), title: z.string().min(1), gridPos: place }),
  z.object({
    id: z.int(),
    type: z.enum(['stat', 'timeseries']),
    title: z.string().min(1),
    gridPos: place,
    datasource: dataSource,
    fieldConfig: z.object({ defaults: z.object({ unit: z.string().min(1) }), overrides: z.array(z.unknown()) }),
    targets: z.array(target).min(1),
  }),
]);
/** What Grafana reads of a dashboard from a file; it would show one that is not so as empty. */
const dashboard = z.object({
  uid: z.string().regex(/^[a-z-]{1,40}$/),
  title: z.string().min(1),
  schemaVersion: z.int().min(36),
  templating: z.object({ list: z.array(z.object({ name: z.literal('datasource'), type: z.literal('datasource') })) }),
  panels: z.array(panel).min(1),
});

const dashboards = readdirSync(DASHBOARDS).map((file) => ({
  file,
  ...dashboard.parse(JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8'))),
}));
const expressions = dashboards.flatMap(({ file, panels }) =>
  panels.flatMap((panel) => ('targets' in panel ? panel.targets.map(({ expr }) => ({ file, expr })) : [])),
);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ COMPOSE_PROFILES: 'observability' });
  await eventually(
    async () => (await targets(stack)).every(({ health }) => health === 'up'),
    async () => JSON.stringify(await targets(stack)),
    SCRAPED_MS,
  );
}, 300_000);
afterAll(() => stack.close(), 60_000);

test('panels have ids of their own and do not lie upon each other', () => {
  for (const { file, panels } of dashboards) {
    expect({ file, ids: new Set(panels.map(({ id }) => id)).size }).toEqual({ file, ids: panels.length });
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect({ file, cells: new Set(cells).size }).toEqual({ file, cells: cells.length });
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  }
});

test('Prometheus understands every query of every panel', async () => {
  expect(expressions.length).toBeGreaterThan(30);
  for (const { expr } of expressions) await seriesOf(stack, expr.replaceAll('$__rate_interval', '1m'));
});

test('no panel asks for a series that nobody gives', async () => {
  const exposition = await stack.exec('nginx', 'curl', '-sS', 'http://claude-webui-server:3001/metrics');
  const offered = Array.from(exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)).flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const { groups } = parse(readFileSync(join(RULES, 'claude-webui.yaml'), 'utf8')) as {
    groups: { rules: { record?: string }[] }[];
  };
  const recorded = groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
  const known = new Set([...offered, ...recorded, ...(await metricNames(stack))]);
  const asked = expressions.flatMap(({ expr }) =>
    Array.from(expr.matchAll(/\b([a-z]+_[a-z0-9_]+(?::[a-z0-9_]+)?)\b(?=[{[\s)]|$)/gi), ([name]) => name),
  );
  expect(asked.length).toBeGreaterThan(30);
  // Groupings such as `by (command_group)` look the same; they are labels.
  const labels = new Set(['command_group', 'histogram_quantile']);
  expect(asked.filter((name) => !known.has(name) && !labels.has(name) && !ELSEWHERE.test(name))).toEqual([]);
});

test('the data source that Grafana is given is the one that its dashboards choose from', () => {
  const read = (file: string) =>
    parse(readFileSync(join(ROOT, 'compose/grafana/provisioning', file), 'utf8')) as Record<string, object[]>;
  expect(read('datasources/prometheus.yml')['datasources']).toEqual([
    expect.objectContaining({ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true }),
  ]);
  expect(read('dashboards/claude-webui.yml')['providers']).toEqual([
    expect.objectContaining({ type: 'file', options: { path: '/etc/claude-webui/dashboards' } }),
  ]);
});

test('each alert fires when it should, and not when it should not', async () => {
  await docker(
    ...['run', '--rm', '--entrypoint', 'sh', '--volume', `${RULES}:/rules:ro`],
    ...['--volume', `${join(ROOT, 'e2e/rules')}:/tests:ro`, PROMETHEUS, '-ec'],
    'mkdir /both; cp /rules/* /tests/* /both; cd /both; promtool check rules claude-webui.yaml; promtool test rules *.test.yaml',
  );
});
