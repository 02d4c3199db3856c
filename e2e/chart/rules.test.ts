/** Two releases in one cluster, seen by one Prometheus: their rules neither mix nor alert twice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Labels, Series } from '../rules/promtool';
import { expectAlerts, expectSamples } from '../rules/promtool';
import { CHART, REGISTRY, run } from './tools';

interface Groups {
  groups: { name: string; rules: { alert?: string; record?: string; expr: string }[] }[];
}

interface Release {
  namespace: string;
  release: string;
}

/** The name of one is the beginning of the other's. */
const BAD: Release = { namespace: 'web', release: 'terminal' };
const GOOD: Release = { namespace: 'web', release: 'terminal-b' };
const SOURCE = readFileSync(join(CHART, 'files/rules/claude-webui.yaml'), 'utf8');

function ruleOf({ namespace, release }: Release, ...args: string[]): Groups {
  const shown = ['--show-only', 'templates/monitoring/rules.yaml', '--set', 'metrics.prometheusRule.enabled=true'];
  const { stdout, stderr } = run('helm', [
    ...['template', release, CHART, '--namespace', namespace, ...REGISTRY, ...shown, ...args],
  ]);
  if (stdout === '') throw new Error(stderr);
  return (parse(stdout) as { spec: Groups }).spec;
}

/** As the Prometheus operator does: groups of all, under names of their own. */
const both = (): string =>
  JSON.stringify({
    groups: [BAD, GOOD].flatMap((release) =>
      ruleOf(release).groups.map((group) => ({ ...group, name: `${release.release}-${group.name}` })),
    ),
  });

/** A release whose gateway fails at every second request, whose operator does not lead, and which is near its limits. */
const failing = (of: Release): Series[] => release(of, { errorsPerMinute: 60, leads: 0, synced: 0, usedBytes: 95 });
const healthy = (of: Release): Series[] => release(of, { errorsPerMinute: 0, leads: 1, synced: 1, usedBytes: 10 });

interface State {
  errorsPerMinute: number;
  leads: number;
  synced: number;
  usedBytes: number;
}

function release(of: Release, { errorsPerMinute, leads, synced, usedBytes }: State): Series[] {
  const gateway = { ...of, job: 'gateway', instance: `${of.release}-g` };
  const operator = { ...of, job: 'operator', instance: `${of.release}-o` };
  const one = (name: string, labels: Labels, value: number, perMinute = 0): Series => ({
    name,
    labels,
    value,
    perMinute,
  });
  const containers = [
    { namespace: of.namespace, container: 'gateway', pod: `${of.release}-gateway-6d5f7c9b8-x2x4z` },
    { namespace: `${of.release}-sessions`, container: 'session-runner', pod: `${of.release}-1` },
  ];
  return [
    one('up', gateway, 1),
    one('up', operator, 1),
    one('app_session_backend', { ...gateway, kind: 'kubernetes' }, 1),
    one('http_requests_total', { ...gateway, status: '200' }, 0, 60),
    one('http_requests_total', { ...gateway, status: '500' }, 0, errorsPerMinute),
    one('http_request_duration_seconds_bucket', { ...gateway, le: '0.1' }, 0, 60 - errorsPerMinute),
    one('http_request_duration_seconds_bucket', { ...gateway, le: '2.5' }, 0, 60),
    one('http_request_duration_seconds_bucket', { ...gateway, le: '+Inf' }, 0, 60),
    one('auth_failures_total', { ...gateway, reason: 'bad-credentials' }, 0, errorsPerMinute),
    one('nodejs_eventloop_lag_seconds', gateway, errorsPerMinute),
    one('audit_write_failures_total', gateway, 0, errorsPerMinute),
    one('leader_election_master_status', { ...operator, name: 'claude-webui-operator' }, leads),
    one('claude_webui_informer_synced', { ...operator, resource: 'pods' }, synced),
    one('workqueue_depth', { ...operator, name: 'claudesession' }, synced === 0 ? 1000 : 0),
    ...containers.flatMap((container) => [
      one('container_memory_working_set_bytes', container, usedBytes),
      one('container_spec_memory_limit_bytes', container, 100),
    ]),
  ];
}

const alert = (alertname: string, severity: string, labels: Labels): Labels => ({ alertname, severity, ...labels });
const ofGateway = { ...BAD, job: 'gateway', instance: 'terminal-g' };
const FIRING = [
  alert('ClaudeWebuiHttpErrors', 'critical', { ...BAD }),
  alert('ClaudeWebuiHttpSlow', 'warning', { ...BAD }),
  alert('ClaudeWebuiAuthFailures', 'warning', { ...BAD, reason: 'bad-credentials' }),
  alert('ClaudeWebuiEventLoopLag', 'warning', ofGateway),
  alert('ClaudeWebuiAuditNotWritten', 'critical', ofGateway),
  alert('ClaudeWebuiOperatorWithoutLeader', 'critical', { ...BAD }),
  alert('ClaudeWebuiOperatorBlind', 'critical', { ...BAD, resource: 'pods' }),
  alert('ClaudeWebuiQueueGrows', 'warning', { ...BAD, name: 'claudesession' }),
];
const containerAlert = (namespace: string, container: string, pod: string, more: Labels = {}) =>
  alert('ClaudeWebuiMemoryNearLimit', 'warning', { namespace, container, pod, ...more });
/** Somebody else's, at its limit. */
const FOREIGN = { namespace: 'web', container: 'gateway', pod: 'mesh-gateway-6d5f7c9b8-x2x4z' };
const FOREIGN_SERIES: Series[] = [
  { name: 'container_memory_working_set_bytes', labels: FOREIGN, value: 95 },
  { name: 'container_spec_memory_limit_bytes', labels: FOREIGN, value: 100 },
];
const EVERYTHING = /.*/;

test('one release is in trouble: its own rules alert, once, and say which it is', () => {
  expectAlerts(both(), [...failing(BAD), ...healthy(GOOD), ...FOREIGN_SERIES], EVERYTHING, [
    ...FIRING,
    containerAlert('web', 'gateway', 'terminal-gateway-6d5f7c9b8-x2x4z', { release: 'terminal' }),
    containerAlert('terminal-sessions', 'session-runner', 'terminal-1', { release: 'terminal' }),
  ]);
});

test('one release is gone: its own rules alert', () => {
  expectAlerts(both(), healthy(GOOD), EVERYTHING, [alert('ClaudeWebuiNoGateway', 'critical', { ...BAD })]);
});

test('its gateways are gone, and its operator is not', () => {
  const left = healthy(BAD).filter(({ labels }) => labels['job'] !== 'gateway');
  expectAlerts(both(), [...left, ...healthy(GOOD)], EVERYTHING, [
    alert('ClaudeWebuiNoGateway', 'critical', { ...BAD }),
  ]);
});

test('each release records series of its own, of its own values', () => {
  const series = [...failing(BAD), ...healthy(GOOD)];
  for (const name of ['http_requests:error_ratio', 'http_request_duration_seconds:p99']) {
    expectSamples(both(), series, name, [{ ...BAD }, { ...GOOD }]);
    expectSamples(both(), series, `${name} > 0.4`, [{ ...BAD }]);
  }
});

test('the rules as they are in the file keep releases apart, too', () => {
  const series = [...failing(BAD), ...healthy(GOOD)];
  expectAlerts(SOURCE, series, EVERYTHING, [
    ...FIRING,
    containerAlert('web', 'gateway', 'terminal-gateway-6d5f7c9b8-x2x4z'),
    containerAlert('terminal-sessions', 'session-runner', 'terminal-1'),
  ]);
  expectSamples(SOURCE, series, 'http_requests:error_ratio', [{ ...BAD }, { ...GOOD }]);
});

test("what is asked of a recorded series is asked of the release's own", () => {
  const asked = ruleOf(BAD).groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) => Array.from(expr.matchAll(/\w+:\w+(\{[^}]*\})?/g), ([, selector]) => selector)),
  );
  expect(asked.length).toBeGreaterThan(3);
  expect(new Set(asked)).toEqual(new Set(['{namespace="web", release="terminal"}']));
});

test('every selector of a release names its namespace', () => {
  const selectors = ruleOf(BAD).groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) => Array.from(expr.matchAll(/\{[^}]*\}/g), ([selector]) => selector)),
  );
  expect(selectors.length).toBeGreaterThan(20);
  expect(selectors.filter((selector) => !/namespace="(web|terminal-sessions)"/.test(selector))).toEqual([]);
});

test('a release without an operator of its own has no alerts about operators', () => {
  const names = ruleOf(BAD, '--set', 'operator.enabled=false').groups.map(({ name }) => name);
  expect(names).not.toContain('claude-webui-operator');
});

test('what only Compose has is not in the chart', () => {
  expect(ruleOf(BAD).groups.map(({ name }) => name)).not.toContain('claude-webui-compose');
});
