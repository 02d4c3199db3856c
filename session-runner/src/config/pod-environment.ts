import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { LogLevel } from '@claude-webui/protocol';
import { LOG_LEVELS } from '@claude-webui/protocol';

/** What a runner in a pod is told by its environment. */
export interface PodEnvironment {
  /** `metadata.uid` of the pod. */
  podUid: string;
  /** Verifies what gateways sign. */
  bindKey: KeyObject;
  /** 0: any free one. */
  attachPort: number;
  statusPort: number;
  /** Absolute path of the session's directory. */
  directory: string;
  /** Where model calls go; null where the CLI finds its own way. */
  modelUrl: string | null;
  /** What the template wants the CLI to have. */
  session: Record<string, string>;
  /** Whether the session goes on though nobody is attached, or nothing happens, for however long. */
  keeps: { detached: boolean; idle: boolean };
  /** Processes and threads in the container, above which the session ends; null: as many as the kernel lets it have. */
  maxProcesses: number | null;
  /** File in which the kubelet looks for how it ended (`terminationMessagePath`). */
  terminationLog: string;
  logLevel: LogLevel;
}

const ATTACH_PORT = '7681';
const STATUS_PORT = '9464';
const DIRECTORY = '/tmp/claude-sessions';
const TERMINATION_LOG = '/dev/termination-log';

/** The runner's own, and what a container has by itself: not for the session, unless the template says so. */
const NOT_THE_SESSIONS =
  /^(?:POD_.*|RUNNER_.*|KUBERNETES_.*|NODE_VERSION|NODE_ENV|YARN_VERSION|LOG_LEVEL|CLAUDE_WORKING_DIR|ANTHROPIC_BASE_URL|HOME|HOSTNAME|PWD|OLDPWD|SHLVL|TERM|USER|LOGNAME|SHELL|TMPDIR|_)$/;

/** @throws Error with a sentence that says what to do */
export function readPodEnvironment(env: NodeJS.ProcessEnv = process.env): PodEnvironment {
  const given = (name: string, preset: string) => (env[name] ?? '') || preset;
  const podUid = given('POD_UID', '');
  if (podUid === '') throw new Error('POD_UID is not set. Give it metadata.uid by the downward API.');
  const directory = given('CLAUDE_WORKING_DIR', DIRECTORY);
  return {
    podUid,
    bindKey: publicKey(given('RUNNER_BIND_PUBLIC_KEY', '')),
    attachPort: port('RUNNER_PORT', given('RUNNER_PORT', ATTACH_PORT)),
    statusPort: port('RUNNER_STATUS_PORT', given('RUNNER_STATUS_PORT', STATUS_PORT)),
    directory,
    modelUrl: given('ANTHROPIC_BASE_URL', '') || null,
    session: sessionEnvironment(env, directory),
    keeps: { detached: env['RUNNER_ON_DETACH'] === 'Keep', idle: env['RUNNER_ON_IDLE'] === 'Keep' },
    maxProcesses: limit('RUNNER_MAX_PROCESSES', given('RUNNER_MAX_PROCESSES', '')),
    terminationLog: given('RUNNER_TERMINATION_LOG', TERMINATION_LOG),
    logLevel: logLevel(given('LOG_LEVEL', 'info')),
  };
}

/** A key or a certificate that holds it. */
function publicKey(pem: string): KeyObject {
  const advice = 'Give it the P-256 public key of the gateways, or a certificate of it, as PEM.';
  if (pem === '') throw new Error(`RUNNER_BIND_PUBLIC_KEY is not set. ${advice}`);
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new Error(`RUNNER_BIND_PUBLIC_KEY is not a public key. ${advice}`);
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error(`RUNNER_BIND_PUBLIC_KEY is on another curve. ${advice}`);
  return key;
}

function port(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`${name} must be a port.`);
  return value;
}

function limit(name: string, text: string): number | null {
  if (text === '') return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number above 0.`);
  return value;
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text);
  if (level === undefined) throw new Error(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}.`);
  return level;
}

function sessionEnvironment(env: NodeJS.ProcessEnv, directory: string): Record<string, string> {
  const own: Record<string, string> = {};
  const fromTemplate = new Set((env['RUNNER_SESSION_VARIABLES'] ?? '').split(','));
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && (fromTemplate.has(name) || !NOT_THE_SESSIONS.test(name))) own[name] = value;
  // An image may bring programs in a place of their own.
  if (env['PATH'] !== undefined) own['PATH'] = `${directory}/home/.local/bin:${env['PATH']}`;
  return own;
}
