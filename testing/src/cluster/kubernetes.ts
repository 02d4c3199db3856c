/** kubectl and helm on the suite's cluster. Nothing waits in here without letting connections go on. */
import { execFile } from 'node:child_process';
import { isIPv4 } from 'node:net';
import { promisify } from 'node:util';
import { eventually } from '../page/workbench-page';
import { URL_OF_EDGE } from './address';

const execute = promisify(execFile);

const CLUSTER = process.env['CLUSTER'] ?? 'claude-webui';
const CONTEXT = `kind-${CLUSTER}`;
/** From the root of the checkout, where hack/on-kind starts whoever uses this. */
const CHART = 'charts/claude-webui';
const VALUES = 'hack/kind/values.yaml';
const DRAIN_TIMEOUT_MS = 90_000;
const TURNS = 12;
const TURN_TIMEOUT_MS = 2000;
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

/** Of the product, by the names of its resources. */
export const DEFINITIONS = ['claudesessions', 'sessiontemplates'];
export const NAMESPACE = 'claude-webui';
export const SESSIONS = 'terminal-sessions';
export const RELEASE = 'terminal';

/** @throws Error with what the program said */
export async function run(program: string, args: readonly string[], input?: string): Promise<string> {
  const running = execute(program, args, { maxBuffer: MAX_OUTPUT_BYTES });
  running.child.stdin?.end(input ?? '');
  const { stdout } = await running;
  return stdout;
}

/** @throws Error with what kubectl said */
export const kubectl = (...args: string[]) => run(process.env['KUBECTL'] ?? 'kubectl', ['--context', CONTEXT, ...args]);

/** The command that runs a command in a session's pod as an administrator does, between pipes. */
export const execCommand = (pod: string, command: readonly string[]) => ({
  program: process.env['KUBECTL'] ?? 'kubectl',
  args: ['--context', CONTEXT, '--namespace', SESSIONS, 'exec', '--stdin', pod, '--', ...command],
});

/** Applies objects as the API server has them, with its validation. */
export const apply = (objects: object[]) =>
  run(
    process.env['KUBECTL'] ?? 'kubectl',
    ['--context', CONTEXT, 'apply', '--server-side', '--force-conflicts', '--filename', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );

/** Objects as YAML or JSON. @throws Error with what the API server has against them, unknown fields among it */
export const validate = (manifest: string) =>
  run(
    process.env['KUBECTL'] ?? 'kubectl',
    ['--context', CONTEXT, 'apply', '--dry-run=server', '--validate=strict', '--filename', '-'],
    manifest,
  );

/** @param where a file, a folder or an address */
export const applyDefinitions = (where: string) =>
  kubectl('apply', '--server-side', '--force-conflicts', '--filename', where);

export const helm = (...args: string[]) =>
  run(process.env['HELM'] ?? 'helm', ['--kube-context', CONTEXT, '--namespace', NAMESPACE, ...args]);

/** A command on the cluster's node. */
export const onNode = (...command: string[]) =>
  run(process.env['DOCKER'] ?? 'docker', ['exec', `${CLUSTER}-control-plane`, ...command]);

export async function get<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl('get', '--output', 'json', ...args)) as T;
}

/** A value of a Secret. */
export async function secret(name: string, key: string): Promise<string> {
  const { data } = await get<{ data: Record<string, string> }>('--namespace', NAMESPACE, 'secret', name);
  const value = data[key];
  if (value === undefined) throw new Error(`Secret ${name} has no ${key}`);
  return Buffer.from(value, 'base64').toString('utf8');
}

/** A release of another chart, with the values of hack/kind-up but for these, where none is yet. */
export async function install(chart: string, ...values: string[]): Promise<void> {
  const set = values.flatMap((value) => ['--set', value]);
  await helm('install', RELEASE, chart, '--values', VALUES, ...set, '--wait', '--timeout', '10m');
  await settled();
}

/** Takes the release away with all that an uninstallation leaves: secrets, sessions with their workspaces, definitions. */
export async function removeAll(): Promise<void> {
  await helm('uninstall', RELEASE, '--ignore-not-found', '--wait', '--timeout', '5m');
  const ofRelease = `app.kubernetes.io/instance=${RELEASE}`;
  await kubectl('--namespace', NAMESPACE, 'delete', 'secrets', '--selector', ofRelease);
  await kubectl('delete', 'namespace', SESSIONS, '--ignore-not-found', '--timeout', '180s');
  const names = DEFINITIONS.map((name) => `${name}.claude-webui.io`);
  await kubectl('delete', 'customresourcedefinitions', ...names, '--ignore-not-found', '--timeout', '180s');
}

/** Images of this machine, for the node. */
export const loadImages = (...images: string[]) =>
  run(process.env['KIND'] ?? 'kind', ['load', 'docker-image', ...images, '--name', CLUSTER]);

/** The release as hack/kind-up has it but for these values. Waits until it is in place, and what it replaces is gone. */
export async function upgrade(...values: string[]): Promise<void> {
  const annotations = await annotationsOfImages();
  const set = [...annotations, ...values].flatMap((value) => ['--set-string', value]);
  const typed = set.map((word) => (word === '--set-string' ? '--set' : word));
  await helm('upgrade', RELEASE, CHART, '--values', VALUES, ...typed, '--wait', '--timeout', '10m');
  await settled();
}

/**
 * Helm waits for the new gateways only; the old ones still serve while they send their clients away, and the edge may know of them for
 * longer than they live.
 */
export async function settled(): Promise<void> {
  await eventually(
    async () => (await podsOf('gateway')).every(({ metadata }) => metadata.deletionTimestamp === undefined),
    () => 'the gateways of before do not go',
    DRAIN_TIMEOUT_MS,
  );
  await eventually(edgeAnswers, () => 'the edge does not answer each time', DRAIN_TIMEOUT_MS);
}

/** For the web client and for each gateway. */
const edgeAnswers = async () => (await answers('/')) && (await atEachGateway(() => answers('/auth/methods')));

const answers = (path: string) =>
  fetch(URL_OF_EDGE + path, { signal: AbortSignal.timeout(TURN_TIMEOUT_MS) }).then(
    (response) => response.ok,
    () => false,
  );

/** Whether something holds so often in a row that each gateway had its turn. */
export async function atEachGateway(holds: () => Promise<boolean>): Promise<boolean> {
  for (let turn = 0; turn < TURNS; turn += 1) if (!(await holds())) return false;
  return true;
}

/** As hack/kind-up has set them: without them every upgrade would roll everything. */
async function annotationsOfImages(): Promise<string[]> {
  const values = JSON.parse(await helm('get', 'values', RELEASE, '--output', 'json')) as Record<
    string,
    { podAnnotations?: { image?: string } }
  >;
  return ['gateway', 'operator', 'web'].flatMap((name) => {
    const image = values[name]?.podAnnotations?.image;
    return image === undefined ? [] : [`${name}.podAnnotations.image=${image}`];
  });
}

export interface SessionObject {
  metadata: { name: string };
  spec: { owner: string; suspend?: boolean };
  status?: { phase?: string; reason?: string; message?: string; podName?: string; startKind?: string };
}

export const session = (id: string) => get<SessionObject>('--namespace', SESSIONS, 'claudesession', id);

export interface Pod {
  metadata: { name: string; labels: Record<string, string>; deletionTimestamp?: string };
  status: {
    podIP?: string;
    phase: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number }[];
  };
}

/** Pods of a part of the release. */
export async function podsOf(component: string): Promise<Pod[]> {
  const label = `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component=${component}`;
  const { items } = await get<{ items: Pod[] }>('--namespace', NAMESPACE, 'pods', '--selector', label);
  return items;
}

/** Names of a part's pods, and how often their containers were started again: what a change without a restart leaves the same. */
export const startsOf = async (component: string) =>
  (await podsOf(component)).map(({ metadata, status }) => [
    metadata.name,
    status.containerStatuses?.map(({ restartCount }) => restartCount),
  ]);

/** This machine's address, as pods reach it. */
export async function hostAddress(): Promise<string> {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}';
  const said = await run(process.env['DOCKER'] ?? 'docker', ['network', 'inspect', 'kind', '--format', format]);
  const address = said.split(/\s+/).find((word) => isIPv4(word));
  if (address === undefined) throw new Error(`the network kind has no IPv4 address here: ${said}`);
  return address;
}

export async function nodeAddress(): Promise<string> {
  return kubectl('get', 'nodes', '--output', 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}');
}
