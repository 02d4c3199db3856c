import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretName, SecretsProvider } from './provider';
import { SecretError, codeOf } from './provider';

const CONNECT_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 4000;
/** The SDK's own retries and its search for credentials included. Milliseconds. */
const READ_TIMEOUT_MS = 10_000;

export interface AwsSecretsOptions {
  region: string;
  /** In the place of the region's own; null: that. */
  endpoint: string | null;
  /** Before the name of each secret. */
  prefix: string;
}

/** AWS Secrets Manager. Credentials come by the SDK's default chain: environment, shared files, web identity, instance role. */
export class AwsProvider implements SecretsProvider {
  private client: SecretsManagerClient | null = null;

  constructor(private readonly options: AwsSecretsOptions) {}

  placeOf(name: SecretName): string {
    return `The secret ${this.idOf(name)} of AWS Secrets Manager in ${this.options.region}`;
  }

  changedBy(name: SecretName): string {
    return `Use "aws secretsmanager put-secret-value --secret-id ${this.idOf(name)}" (create-secret, if there is none).`;
  }

  async read(name: SecretName): Promise<string | null> {
    try {
      return await this.content(name);
    } catch (error) {
      const kind = error instanceof Error ? error.name : '';
      if (kind === 'ResourceNotFoundException') return null;
      throw new SecretError(`${this.placeOf(name)} cannot be read: ${this.reasonOf(kind, error)}`);
    }
  }

  watch(): void {
    // Secrets Manager tells nobody.
  }

  close(): void {
    this.client?.destroy();
  }

  private async content(name: SecretName): Promise<string> {
    // The SDK is large, and on most machines nobody needs it.
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const { region, endpoint } = this.options;
    this.client ??= new SecretsManagerClient({
      region,
      ...(endpoint === null ? {} : { endpoint }),
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    });
    const abortSignal = AbortSignal.timeout(READ_TIMEOUT_MS);
    const answer = await this.client.send(new GetSecretValueCommand({ SecretId: this.idOf(name) }), { abortSignal });
    return answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString('utf8');
  }

  private idOf(name: SecretName): string {
    return this.options.prefix + name;
  }

  /** What went wrong, in words. The service's own messages name secrets and roles, never a secret's content. */
  private reasonOf(kind: string, error: unknown): string {
    switch (kind) {
      case 'CredentialsProviderError':
        return 'there are no AWS credentials. Give the gateway a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
      case 'AccessDeniedException':
        return "access is denied. Allow the gateway's role secretsmanager:GetSecretValue on it, and kms:Decrypt on its key.";
      case 'UnrecognizedClientException':
      case 'InvalidSignatureException':
      case 'ExpiredTokenException':
        return `AWS does not accept the gateway's credentials (${kind}). Renew them.`;
      case 'InvalidRequestException':
        return 'it is marked for deletion. Restore it with "aws secretsmanager restore-secret".';
      default:
        return `Secrets Manager does not answer (${codeOf(error) || kind}). See that AWS_REGION is right and the network lets the gateway through.`;
    }
  }
}
