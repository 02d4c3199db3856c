import type { Leak } from '../secrets/hide-from-proc';
import { hideFromProc } from '../secrets/hide-from-proc';
import { loadConfig } from './config';
import { SECRET_VARIABLES } from './variables';

/** The configuration of this process. @throws ConfigError */
export const configFromEnvironment = () => loadConfig(process.env);

/** Makes the secrets of the environment unreadable for other processes, once the configuration has been read. What is readable all the same is returned. */
export const hideSecretsOfEnvironment = (): Leak[] => hideFromProc(process.env, SECRET_VARIABLES);

/** What a child process needs of the environment to run at all. */
export function minimalEnvironment(): Record<string, string> {
  const { PATH, TZ } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), ...(TZ === undefined ? {} : { TZ }) };
}
