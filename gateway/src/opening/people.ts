/** Who may, and how they show it. */
import { join } from 'node:path';
import type { AuditTrail } from '../audit/audit';
import { Authority } from '../auth/authority';
import { ensureAdministrator } from '../auth/first-administrator';
import { keysChanged } from '../auth/key-changes';
import type { KeysetContent } from '../auth/keyset';
import { Keyset } from '../auth/keyset';
import { Revocations } from '../auth/revocations';
import { shareRevocations } from '../auth/shared-revocations';
import { standingOf } from '../auth/standing';
import { Tokens } from '../auth/tokens';
import { Users } from '../auth/users';
import type { Config } from '../config/config';
import type { Logger } from '../log';
import type { LiveSecrets } from '../secrets/live-secrets';
import { openSecrets } from '../secrets/open-secrets';
import { SecretUsers } from '../secrets/secret-users';
import { keysetShape, usersShape } from '../secrets/shapes';
import type { Ground } from './ground';

export interface People {
  revocations: Revocations;
  secrets: LiveSecrets;
  keyset: Keyset;
  users: Users;
  authority: Authority;
  tokens: Tokens;
  /** What the first start has made, and what its person has to know. */
  administrator: Awaited<ReturnType<typeof ensureAdministrator>>;
}

/** @throws SecretError */
export async function openPeople({ config, opened, log, metrics, audit, redis }: Ground): Promise<People> {
  const { accessTokenSeconds, signInSeconds, oidc, passwordSignIn, adminPassword } = config.auth;
  const revocations = new Revocations();
  if (redis !== null) {
    opened.add('revocations', await shareRevocations(revocations, redis, log));
  }
  const secrets = openSecrets(config.secrets, { log, metrics });
  opened.add('the secrets', () => secrets.close());
  const keyset = await openKeyset(config, secrets, audit);
  const users = await openUsers(config, secrets, log);
  const authority = new Authority(keyset, revocations, standingOf(users, oidc !== null));
  const tokens = new Tokens(keyset, authority, { accessSeconds: accessTokenSeconds, signInSeconds });
  const administrator = passwordSignIn
    ? await ensureAdministrator(users, adminPassword)
    : { madeUp: null, warnings: [] };
  return { revocations, secrets, keyset, users, authority, tokens, administrator };
}

/** @throws SecretError when the keys cannot be had or may not sign */
async function openKeyset(config: Config, secrets: LiveSecrets, audit: AuditTrail): Promise<Keyset> {
  const changed = (before: KeysetContent, now: KeysetContent) => {
    const event = keysChanged(before, now);
    if (event !== null) audit.record(event);
  };
  const shape = keysetShape(config.production);
  if (config.secrets.source.kind !== 'environment') {
    return new Keyset(await secrets.need('jwt', shape, changed), () => secrets.readSoon());
  }
  const { value } = await secrets.follow('jwt', shape);
  return value === null ? Keyset.inDirectory(config.dataDirectory) : new Keyset(() => value);
}

async function openUsers(config: Config, secrets: LiveSecrets, log: Logger): Promise<Users> {
  const failed = (err: Error) => log.error({ err }, 'the users cannot be read: those of the last good reading go on');
  if (config.secrets.users === 'file') return Users.open(join(config.dataDirectory, 'users.json'), failed);
  const all = await secrets.need('users', usersShape);
  return new Users(new SecretUsers(all, secrets.provider));
}
