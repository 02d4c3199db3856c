import type { StoredUser, UserStore } from '../auth/stored-user';
import { problem } from '../errors';
import type { SecretsProvider } from './provider';

/** Users in a secret, which the gateway reads and somebody else writes. */
export class SecretUsers implements UserStore {
  readonly keptElsewhere: string;

  constructor(
    readonly all: () => readonly StoredUser[],
    provider: Pick<SecretsProvider, 'placeOf' | 'changedBy'>,
  ) {
    this.keptElsewhere = whereUsersAreChanged(provider);
  }

  change(): Promise<void> {
    return Promise.reject(problem('users-kept-elsewhere', this.keptElsewhere));
  }
}

/** In sentences. */
export function whereUsersAreChanged(provider: Pick<SecretsProvider, 'placeOf' | 'changedBy'>): string {
  return `${provider.placeOf('users')} holds the users. ${provider.changedBy('users')}`;
}
