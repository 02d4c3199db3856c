import type { Config } from '../config/config';
import { AwsProvider } from './aws-provider';
import { EnvironmentProvider } from './environment-provider';
import { FileProvider } from './file-provider';
import type { LiveSecretsOptions } from './live-secrets';
import { LiveSecrets } from './live-secrets';
import type { SecretsProvider } from './provider';

/** The secrets from where the configuration says that they are. Nothing is read yet. */
export function openSecrets(
  { source, pollMs }: Config['secrets'],
  parts: Omit<LiveSecretsOptions, 'pollMs'>,
): LiveSecrets {
  return new LiveSecrets(providerOf(source), { ...parts, pollMs });
}

/** Who closes it is the caller's to know. */
export function providerOf(source: Config['secrets']['source']): SecretsProvider {
  switch (source.kind) {
    case 'environment':
      return new EnvironmentProvider(source.values);
    case 'files':
      return new FileProvider(source.directory);
    case 'aws':
      return new AwsProvider(source);
  }
}
