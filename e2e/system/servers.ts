/** What a scenario plays on beside a browser: the gateway, and the scripted Messages API behind it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import type { FakeAnthropic } from '@claude-webui/testing/fake-anthropic/server';
import { PASSWORD } from '@claude-webui/testing/page/person';
import { startGatewayProcess } from './gateway-process';
import type { GatewayProcess } from './gateway-process';
import { endAllSessions } from './rest';

/** Only the gateway knows it; the stand-in lets nobody in without it. */
const MODEL_KEY = 'the-real-key';

export interface Servers {
  fake: FakeAnthropic;
  gateway: GatewayProcess;
  /** The sessions' own directories are here, each with its workspace. */
  sessionsDirectory: string;
  endAllSessions(): Promise<void>;
  /** Kills the gateway and starts another with the same data at the same address, as after a crash. */
  restartGateway(): Promise<void>;
  close(): Promise<void>;
}

/** @param env changes to the gateway's environment */
export async function startServers(env: Record<string, string> = {}): Promise<Servers> {
  const directory = mkdtempSync(join(tmpdir(), 'e2e-'));
  const sessionsDirectory = join(directory, 'sessions');
  const fake = await startFakeAnthropic({ key: MODEL_KEY });
  const environment = {
    PORT: '0',
    INTERNAL_PORT: '0',
    LOG_LEVEL: 'warn',
    DATA_DIR: join(directory, 'data'),
    CLAUDE_WORKING_DIR: sessionsDirectory,
    CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
    ANTHROPIC_BASE_URL: fake.url,
    ANTHROPIC_API_KEY: MODEL_KEY,
    ...env,
  };
  const closeAll = async () => {
    await fake.close();
    rmSync(directory, { recursive: true, force: true });
  };
  let gateway = await startGatewayProcess(environment).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  return {
    fake,
    get gateway() {
      return gateway;
    },
    sessionsDirectory,
    endAllSessions: () => endAllSessions(gateway.url),
    restartGateway: async () => {
      await gateway.kill();
      gateway = await startGatewayProcess({ ...environment, PORT: new URL(gateway.url).port });
    },
    close: async () => {
      await gateway.close();
      await closeAll();
    },
  };
}
