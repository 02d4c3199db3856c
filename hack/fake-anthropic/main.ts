/** `npm run fake-anthropic -w hack [port]`: the stand-in as a program of its own. script.ts says what it answers to. */
import { startFakeAnthropic } from './server';

const DEFAULT_PORT = 4010;

async function main(): Promise<void> {
  const fake = await startFakeAnthropic({ port: Number(process.argv[2] ?? DEFAULT_PORT) });
  console.log(`ANTHROPIC_BASE_URL=${fake.url} ANTHROPIC_AUTH_TOKEN=anything`);
  process.once('SIGINT', () => void fake.close());
  process.once('SIGTERM', () => void fake.close());
}

main().catch((reason: unknown) => {
  console.error(reason instanceof Error ? reason.message : reason);
  process.exitCode = 1;
});
