import { loadConfig, misspelt } from './config';

/** The configuration of this process. @throws ConfigError */
export const configFromEnvironment = () => loadConfig(process.env);

/** What is probably misspelt in the environment of this process, in sentences. */
export const misspeltInEnvironment = () => misspelt(process.env);
