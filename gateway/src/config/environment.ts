import { misspeltVariables } from '@claude-webui/protocol';
import type { Leak } from '../secrets/hide-from-proc';
import { hideFromProc } from '../secrets/hide-from-proc';
import { loadConfig } from './config';
import { SECRET_VARIABLES, VARIABLES } from './variables';

/** The configuration of this process. @throws ConfigError */
export const configFromEnvironment = () => loadConfig(process.env);

/** Names that only this product gives to variables begin so. */
const PREFIXES = [
  'CLAUDE_WEBUI_',
  'OIDC_',
  'RATE_LIMIT_',
  'AUDIT_',
  'SECRETS_',
  'RUNNER_BIND_',
  'INTERNAL_',
  'DRAIN_',
  'SESSION_',
  'MAX_SESSIONS',
];
/** In the environment of a desktop, and of a terminal of this product. */
const OF_OTHERS = ['SESSION_MANAGER', 'CLAUDE_WEBUI_SESSION', 'CLAUDE_WEBUI_EVENTS'];

/** A sentence for each variable that has probably been meant for this server and is not one of its. */
export const misspeltInEnvironment = (): string[] =>
  misspeltVariables(Object.keys(process.env), [...Object.keys(VARIABLES), ...OF_OTHERS], PREFIXES);

/** Makes the secrets of the environment unreadable for other processes, once the configuration has been read. What is readable all the same is returned. */
export const hideSecretsOfEnvironment = (): Leak[] => hideFromProc(process.env, SECRET_VARIABLES);

/** What a child process needs of the environment to run at all. */
export function minimalEnvironment(): Record<string, string> {
  const { PATH, TZ } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), ...(TZ === undefined ? {} : { TZ }) };
}
