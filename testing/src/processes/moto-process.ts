/** A real endpoint of Secrets Manager for tests: moto's server, on a free port, that can be stopped and started. */
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { onFreePorts } from '../on-free-ports';
import { killProcess } from './kill-process';
import { startServer } from './start-server';

const INSTALLER = join(__dirname, '../../../hack/moto.mjs');
const REGION = 'eu-central-1';
/** moto takes any. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing' };

/** Path of the program; made when there is none. */
function motoServer(): string | null {
  const { status, stdout } = spawnSync(process.execPath, [INSTALLER], { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  if (process.env['CI'] === 'true') throw new Error('moto could not be installed');
  return null;
}

const program = motoServer();
/** Why there is none on this machine, or null. */
export const noMoto = program === null ? 'moto could not be installed: apt-get install python3-venv, and PyPI' : null;

export class MotoProcess {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  /** @param host an address of this machine */
  static start(host = '127.0.0.1'): Promise<MotoProcess> {
    return onFreePorts(
      1,
      async (port) => {
        const moto = new MotoProcess(host, port);
        await moto.start();
        return moto;
      },
      host,
    );
  }

  /** What a gateway is told. */
  get env(): Record<string, string> {
    return {
      SECRETS_PROVIDER: 'aws',
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...CREDENTIALS,
    };
  }

  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  /** Starts it, empty. */
  async start(): Promise<void> {
    const args = ['-H', this.host, '-p', String(this.port)];
    this.child = await startServer({ file: program ?? '', args, ready: /Running on/ });
  }

  /** Makes or changes a secret. */
  async put(name: string, value: unknown): Promise<void> {
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
    const client = this.client();
    try {
      await client.send(new CreateSecretCommand({ Name: name, SecretString }));
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      await client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
    } finally {
      client.destroy();
    }
  }

  async read(name: string): Promise<string> {
    const client = this.client();
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    client.destroy();
    return SecretString;
  }

  /** Marks a secret for deletion, as the console does. */
  async delete(name: string): Promise<void> {
    const client = this.client();
    await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
    client.destroy();
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    await killProcess(child);
  }

  private client(): SecretsManagerClient {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = CREDENTIALS;
    return new SecretsManagerClient({
      region: REGION,
      endpoint: this.url,
      credentials: { accessKeyId, secretAccessKey },
    });
  }
}
