/** The Compose file, started under a name and on ports of its own, and taken away with all its volumes. */
import { execFile } from 'node:child_process';
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';

const run = promisify(execFile);
export const ROOT = join(__dirname, '../..');
const FILES = ['docker-compose.yml', 'e2e/compose/stack.yml'];
/** Logs of a service that writes much. Bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** The stand-in lets nobody in without it. */
const MODEL_KEY = 'the-real-key';

/** As `docker inspect` tells; only what is looked at. */
export interface Container {
  Id: string;
  State: { Pid: number; StartedAt: string; Health?: { Status: string } };
  Config: { User: string; Labels: Record<string, string> };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    Memory: number;
    NanoCpus: number;
    PidsLimit: number | null;
    Ulimits: { Name: string }[] | null;
    Privileged: boolean;
  };
  NetworkSettings: { Ports: Record<string, { HostPort: string }[] | null> };
}

export interface Stack {
  url: string;
  httpUrl: string;
  httpsPort: number;
  /** Of the authority that first-start has made. */
  ca: string;
  /** Starts what is missing, with other settings if they are given. */
  up(env?: Record<string, string>): Promise<void>;
  /** @returns what the command in the service's container printed. @throws when it failed */
  exec(service: string, ...command: string[]): Promise<string>;
  logs(service: string): Promise<string>;
  inspect(service: string): Promise<Container>;
  services(): Promise<string[]>;
  /** Until the next `up`. */
  stop(service: string): Promise<void>;
  close(): Promise<void>;
}

export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { cwd: ROOT, maxBuffer: MAX_OUTPUT_BYTES });
  return stdout;
}

/**
 * On ports that were free: Docker has no "any free one" that stays when a container is made anew.
 * @throws with what docker printed, if a service does not become healthy
 */
export function startStack(settings: Record<string, string>): Promise<Stack> {
  return onFreePorts(2, (httpPort, httpsPort) => startStackOn(httpPort, httpsPort, settings));
}

async function startStackOn(httpPort: number, httpsPort: number, settings: Record<string, string>): Promise<Stack> {
  const directory = mkdtempSync(join(tmpdir(), 'claude-webui-compose-'));
  const project = `claude-webui-test-${process.pid}`;
  const environment = {
    ...process.env,
    COMPOSE_FILE: FILES.join(':'),
    COMPOSE_PROJECT_NAME: project,
    // Nobody's .env may change a test.
    COMPOSE_DISABLE_ENV_FILE: 'true',
    BIND_ADDRESS: '127.0.0.1',
    HTTP_PORT: String(httpPort),
    HTTPS_PORT: String(httpsPort),
    FAKE_ANTHROPIC: join(ROOT, 'testing/dist/fake-anthropic.js'),
    ANTHROPIC_BASE_URL: 'http://fake-anthropic:4010',
    ANTHROPIC_API_KEY: MODEL_KEY,
    ...settings,
  };
  const compose = async (args: string[], env: Record<string, string> = {}) => {
    const { stdout } = await run('docker', ['compose', ...args], {
      cwd: ROOT,
      env: { ...environment, ...env },
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  };
  const containerOf = async (service: string) => (await compose(['ps', '--all', '--quiet', service])).trim();
  const close = async () => {
    await compose(['--profile', '*', 'down', '--volumes', '--timeout', '5']);
    rmSync(directory, { recursive: true, force: true });
  };
  const up = async (env: Record<string, string> = {}) => {
    await compose(['up', '--detach', '--no-build', '--wait', '--wait-timeout', '150'], env).catch(
      async (error: unknown) => {
        // first-start has ended as it should, which --wait of some versions takes for a failure.
        const states = await compose(
          ['ps', '--all', '--format', '{{.Service}} {{.State}} {{.ExitCode}} {{.Health}}'],
          env,
        );
        if (states.split('\n').some((line) => line !== '' && !/ (running 0 (healthy)?|exited 0 )$/.test(line)))
          throw new Error(`${String(error)}\n${states}\n${await compose(['logs', '--tail', '40'], env)}`);
      },
    );
  };
  try {
    await up();
    await compose(['cp', 'nginx:/etc/claude-webui/tls/ca.crt', join(directory, 'ca.crt')]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `https://localhost:${httpsPort}`,
    httpUrl: `http://localhost:${httpPort}`,
    httpsPort,
    ca: readFileSync(join(directory, 'ca.crt'), 'utf8'),
    up,
    exec: (service, ...command) => compose(['exec', '--no-TTY', service, ...command]),
    logs: (service) => compose(['logs', '--no-log-prefix', service]),
    inspect: async (service) => {
      const [container] = JSON.parse(await docker('inspect', await containerOf(service))) as Container[];
      if (container === undefined) throw new Error(`There is no container of ${service}.`);
      return container;
    },
    services: async () => (await compose(['ps', '--services'])).trim().split('\n'),
    stop: async (service) => {
      await compose(['stop', service]);
    },
    close,
  };
}
