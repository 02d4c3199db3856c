/** The gateway's process: configuration, start, and an orderly end on SIGTERM or Ctrl-C. */
import { ConfigError } from './config/config';
import { configFromEnvironment, hideSecretsOfEnvironment, misspeltInEnvironment } from './config/environment';
import { startGateway } from './gateway';
import { allowHeapGrowth } from './heap-growth';

/** For the person at the terminal; the log is for machines. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(): Promise<void> {
  allowHeapGrowth();
  // First, for what is wrong with the configuration may be just that.
  for (const sentence of misspeltInEnvironment()) say(`Warning: ${sentence}`);
  const config = configFromEnvironment();
  const leaks = hideSecretsOfEnvironment();
  const gateway = await startGateway(config);
  let asked = false;
  const stop = () => {
    // Whoever asks twice does not want to wait.
    if (asked) process.exit(1);
    asked = true;
    gateway.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  for (const warning of gateway.warnings) say(`\nWarning: ${warning}`);
  if (!gateway.isolatesSessions) {
    for (const { variable, pid } of leaks)
      say(
        `\nWarning: Sessions can read ${variable} in /proc/${pid}/environ. Start the server without it there: SECRETS_PROVIDER=files takes secrets from files.`,
      );
  }
  say(`\nClaude Code WebUI is at ${gateway.url}`);
  if (gateway.newAdministrator !== null) {
    const { username, password } = gateway.newAdministrator;
    say(`Sign in as "${username}" with the password ${password} (shown only this once).\n`);
  }
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError)
    say(`The configuration is wrong:\n${error.problems.map((line) => `  - ${line}`).join('\n')}`);
  else say(`The gateway could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
