/** `npm run fake-anthropic -w testing [port [host [key]]]`: the stand-in as a program of its own. script.ts says what it answers to. */
import { startFakeAnthropic } from './server';

const DEFAULT_PORT = 4010;

async function main(): Promise<void> {
  const [port = DEFAULT_PORT, host, key] = process.argv.slice(2);
  const fake = await startFakeAnthropic({
    port: Number(port),
    ...(host === undefined ? {} : { host }),
    ...(key === undefined ? {} : { key }),
  });
  console.log(`ANTHROPIC_BASE_URL=${fake.url} ANTHROPIC_AUTH_TOKEN=anything`);
  const stop = () => {
    fake.close().catch(fail);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function fail(reason: unknown): void {
  console.error(reason instanceof Error ? reason.message : reason);
  process.exitCode = 1;
}

main().catch(fail);
