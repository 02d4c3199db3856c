/** Where the gateway's secrets are kept: AWS Secrets Manager, files, or the environment. */

/** The secrets that there may be. */
export const SECRET_NAMES = ['jwt', 'users', 'anthropic', 'runner-bind'] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** What a provider may hold at most (Kubernetes: 1 MiB; Secrets Manager: 64 KiB). Bytes. */
export const MAX_SECRET_BYTES = 1024 * 1024;

export interface SecretsProvider {
  /** How a person finds the secret, as the beginning of a sentence: `The file /etc/claude-webui/secrets/jwt`. */
  placeOf(name: SecretName): string;
  /** How a person changes or makes it, as a sentence. */
  changedBy(name: SecretName): string;
  /** The secret as it is now; null if there is none. @throws SecretError when the provider is away or refuses */
  read(name: SecretName): Promise<string | null>;
  /** Calls back when secrets may have changed, if the provider can tell; who asks polls all the same. */
  watch(changed: () => void): void;
  close(): void;
}

/** A secret that cannot be had or used. Its message is for people, says what to do, and never holds any of the secret. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/** What the system or a library calls an error, such as ENOENT; `''` for none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
