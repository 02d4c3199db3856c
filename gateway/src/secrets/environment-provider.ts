import type { SecretName, SecretsProvider } from './provider';

const VARIABLE_OF: Record<SecretName, string> = {
  jwt: 'JWT_SECRET',
  users: 'The secret of the users',
  anthropic: 'ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN',
  'runner-bind': 'RUNNER_BIND_KEY',
};

/** Secrets that the process was started with: for one machine. They never change. */
export class EnvironmentProvider implements SecretsProvider {
  /** @param values in the shapes of shapes.ts */
  constructor(private readonly values: Partial<Record<SecretName, string>>) {}

  placeOf(name: SecretName): string {
    return VARIABLE_OF[name];
  }

  changedBy(name: SecretName): string {
    return `Set ${VARIABLE_OF[name]} and start anew.`;
  }

  read(name: SecretName): Promise<string | null> {
    return Promise.resolve(this.values[name] ?? null);
  }

  watch(): void {
    // What a process was started with stays.
  }

  close(): void {
    // Nothing is open.
  }
}
