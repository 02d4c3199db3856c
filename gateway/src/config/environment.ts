import { loadConfig } from './config';

/** The configuration of this process. @throws ConfigError */
export const configFromEnvironment = () => loadConfig(process.env);

/** What a child process needs of the environment to run at all. */
export function minimalEnvironment(): Record<string, string> {
  const { PATH, TZ } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), ...(TZ === undefined ? {} : { TZ }) };
}
