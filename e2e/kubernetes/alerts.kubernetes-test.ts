/** Alerts about operators, held against what real processes write at /metrics. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { OperatorProcess } from '@claude-webui/operator/testing/operator-process';
import { installDefinitions } from '@claude-webui/operator/testing/world';
import type { Labels, Series } from '../rules/promtool';
import { expectAlerts, scraped, unanswered } from '../rules/promtool';
import type { GatewayProcess } from '../system/gateway-process';
import { startGatewayProcess } from '../system/gateway-process';

const RULES = readFileSync(join(__dirname, '../../charts/claude-webui/files/rules/claude-webui.yaml'), 'utf8');
/** The others look at loads, which a test does not have. */
const ALERTS = /ClaudeWebui(Operator.*|NoGateway|GatewayDown)/;
const NAMESPACE = 'claude-sessions';
const RELEASE = { namespace: 'web', release: 'terminal' };
const RESOURCES = ['claudesessions', 'events', 'networkpolicies', 'poddisruptionbudgets', 'pods', 'sessiontemplates'];
/** May do all; may hold the lease and read nothing; may not even see the lease. */
const USERS = ['able-a', 'able-b', 'blind', 'nobody-a', 'nobody-b'] as const;

const operatorAt = (instance: string): Labels => ({ ...RELEASE, job: 'operator', instance });
const gatewayAt = (instance: string): Labels => ({ ...RELEASE, job: 'gateway', instance });
const critical = (alertname: string, labels: Labels = RELEASE): Labels => ({
  alertname,
  ...labels,
  severity: 'critical',
});

let plane: ControlPlane;
let folder: string;
const operators: OperatorProcess[] = [];
const gateways: GatewayProcess[] = [];

beforeAll(async () => {
  plane = await ControlPlane.start(
    USERS.map((name) => ({ name, groups: name.startsWith('able') ? ['system:masters'] : [] })),
  );
  installDefinitions(plane);
  plane.kubectl(['create', 'namespace', NAMESPACE]);
  plane.kubectl(['create', 'role', 'lease', '-n', NAMESPACE, '--verb=*', '--resource=leases.coordination.k8s.io']);
  plane.kubectl(['create', 'rolebinding', 'lease', '-n', NAMESPACE, '--role=lease', '--user=blind']);
  folder = mkdtempSync(join(tmpdir(), 'alerts-test-'));
});
afterEach(async () => {
  for (const operator of operators.splice(0)) await operator.kill();
  for (const gateway of gateways.splice(0)) await gateway.close();
  plane.kubectl(['delete', 'leases', '--all', '-n', NAMESPACE]);
});
afterAll(async () => {
  await plane.close();
  rmSync(folder, { recursive: true, force: true });
});

function started(user: (typeof USERS)[number]): OperatorProcess {
  const operator = new OperatorProcess(plane, NAMESPACE, user);
  operators.push(operator);
  return operator;
}

const textAt = async (url: string) => (await fetch(`${url}/metrics`)).text();
const textOf = async (operator: OperatorProcess) => textAt(`http://127.0.0.1:${await operator.port()}`);
const seriesOf = async (operator: OperatorProcess, instance: string): Promise<Series[]> =>
  scraped(await textOf(operator), operatorAt(instance));

async function gatewayText(env: Record<string, string>): Promise<string> {
  const gateway = await startGatewayProcess({
    PORT: '0',
    DATA_DIR: join(folder, `data-${gateways.length}`),
    AUDIT_LOG: 'off',
    CLAUDE_WEBUI_ADMIN_PASSWORD: 'correct horse battery',
    ...env,
  });
  gateways.push(gateway);
  return textAt(gateway.url);
}

async function gatewayOnKubernetes(): Promise<string> {
  const bindKeyFile = join(folder, 'runner-bind');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(bindKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return onFreePorts(1, (internalPort) =>
    gatewayText({
      INTERNAL_PORT: String(internalPort),
      INTERNAL_URL: `http://127.0.0.1:${internalPort}`,
      SESSION_BACKEND: 'kubernetes',
      SESSION_NAMESPACE: NAMESPACE,
      RUNNER_BIND_KEY_FILE: bindKeyFile,
      KUBECONFIG: plane.kubeconfig('able-a'),
    }),
  );
}

test('a leader and a standby: nothing fires', async () => {
  const leader = started('able-a');
  await leader.logged('reconciling');
  const standby = started('able-b');
  const gateway = scraped(await gatewayOnKubernetes(), gatewayAt('g'));
  const series = [...(await seriesOf(leader, 'a')), ...(await seriesOf(standby, 'b')), ...gateway];
  expectAlerts(RULES, series, ALERTS, []);
});

test('two that cannot lead: nobody leads', async () => {
  const pair = [started('nobody-a'), started('nobody-b')];
  const series = [...(await seriesOf(pair[0]!, 'a')), ...(await seriesOf(pair[1]!, 'b'))];
  expectAlerts(RULES, [...series, ...unanswered(gatewayAt('g'))], /ClaudeWebuiOperator.*/, [
    critical('ClaudeWebuiOperatorWithoutLeader'),
  ]);
});

test('no operator at all, beside gateways whose sessions run on Kubernetes: nobody leads', async () => {
  const gateway = scraped(await gatewayOnKubernetes(), gatewayAt('g'));
  expectAlerts(RULES, gateway, ALERTS, [critical('ClaudeWebuiOperatorWithoutLeader')]);
});

test('operators that do not answer: nobody leads', () => {
  const series = [...unanswered(operatorAt('a')), ...unanswered(operatorAt('b'))];
  expectAlerts(RULES, series, /ClaudeWebuiOperator.*/, [critical('ClaudeWebuiOperatorWithoutLeader')]);
});

test('a gateway on one machine, as with Compose, misses no operator', async () => {
  const gateway = scraped(await gatewayText({}), { job: 'gateway', instance: 'g' });
  expectAlerts(RULES, gateway, ALERTS, []);
});

test('a leader that may read nothing is blind, for each resource', async () => {
  const blind = started('blind');
  let series: Series[] = [];
  while (!series.some(({ name, value }) => name === 'leader_election_master_status' && value === 1))
    series = await seriesOf(blind, 'a');
  const expected = RESOURCES.map((resource) => critical('ClaudeWebuiOperatorBlind', { ...RELEASE, resource }));
  expectAlerts(RULES, series, /ClaudeWebuiOperator.*/, expected);
});

test('a leader of a quiet cluster, at the end of the longest watch that it has asked for: nothing fires', async () => {
  const leader = started('able-a');
  await leader.logged('reconciling');
  // It reconciles once it has read everything, and opens its watches then.
  while (plane.watchesOf('able-a').length < RESOURCES.length) await delay(50);
  // It grants a watch that is over its time 30 s more, before it takes the connection for dead.
  const longest = Math.max(...plane.watchesOf('able-a')) + 30;
  const series = (await seriesOf(leader, 'a')).map((one) =>
    one.name === 'claude_webui_informer_silent_seconds' ? { ...one, value: longest } : one,
  );
  expectAlerts(RULES, series, /ClaudeWebuiOperator.*/, []);
});

test('a leader that hears nothing more of what it has read', async () => {
  const leader = started('able-a');
  await leader.logged('reconciling');
  // Its clock goes on while the API server is silent.
  const series = (await seriesOf(leader, 'a')).map((one) =>
    one.name === 'claude_webui_informer_silent_seconds' ? { ...one, perMinute: 60 } : one,
  );
  const expected = RESOURCES.map((resource) => critical('ClaudeWebuiOperatorHearsNothing', { ...RELEASE, resource }));
  expectAlerts(RULES, series, /ClaudeWebuiOperator.*/, expected);
});

test('every series that a rule asks of gateways or operators, one of them emits, with the labels that are asked for', async () => {
  const leader = started('able-a');
  await leader.logged('reconciling');
  const texts: Record<string, string> = { operator: await textOf(leader), gateway: await gatewayOnKubernetes() };
  const asked = Array.from(RULES.matchAll(/\b([a-z]\w+)\{job=~?"([\w|]+)"([^}]*)\}/g));
  expect(asked.length).toBeGreaterThan(20);
  const missing = asked.flatMap(([selector, series = '', jobs = '', matchers = '']) =>
    jobs
      .split('|')
      .filter((job) => {
        if (series === 'up' || job === 'nginx') return false;
        const samples = scraped(texts[job] ?? '', {}).filter(({ name }) => name === series);
        const family = series.replace(/_(bucket|sum|count)$/, '');
        const declared = new RegExp(`^# TYPE ${family} `, 'm').test(texts[job] ?? '');
        const labels = Array.from(matchers.matchAll(/(\w+)=/g), ([, label = '']) => label);
        return !declared || samples.some((sample) => labels.some((label) => !(label in sample.labels)));
      })
      .map((job) => `${job}: ${selector}`),
  );
  expect(missing).toEqual([]);
});
