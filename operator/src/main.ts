/** The operator's process: configuration, start, and an orderly end on SIGTERM or Ctrl-C. */
import { kubeConfig } from '@claude-webui/kubernetes-api/client';
import { configFromEnvironment, misspeltInEnvironment } from './config/environment';
import { ConfigError } from './errors';
import { createLogger } from './log';
import { startOperator } from './operator';

async function main(): Promise<void> {
  // First, for what is wrong with the configuration may be just that.
  for (const sentence of misspeltInEnvironment()) process.stderr.write(`Warning: ${sentence}\n`);
  const config = configFromEnvironment();
  const log = createLogger(config.logLevel);
  // Whoever has lost the lease must not go on with what it knew: the next start reads everything anew.
  const operator = await startOperator(config, kubeConfig(), log, () => process.exit(1));
  let asked = false;
  const stop = () => {
    // Whoever asks twice does not want to wait.
    if (asked) process.exit(1);
    asked = true;
    operator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  log.info({ port: operator.port, namespace: config.placement.namespace }, 'operator started');
  await operator.leading;
  log.info({}, 'reconciling');
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError
      ? `The configuration is wrong:\n${error.problems.map((line) => `  - ${line}`).join('\n')}`
      : `The operator could not start: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
