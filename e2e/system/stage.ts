/** Everything a scenario plays on: the scripted Messages API, the gateway, and a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { startFakeAnthropic } from '../../hack/fake-anthropic/server';
import type { FakeAnthropic } from '../../hack/fake-anthropic/server';
import { launchBrowser, watch } from './browser';
import { startGatewayProcess } from './gateway-process';
import type { GatewayProcess } from './gateway-process';

/** A name that browsers find on this machine but, unlike localhost, do not trust over plain HTTP. */
export const UNTRUSTED_HOST = 'lan.test';
export const USERNAME = 'admin';
export const PASSWORD = 'correct horse battery';
/** Only the gateway knows it; the stand-in lets nobody in without it. */
const MODEL_KEY = 'the-real-key';

export interface Stage {
  fake: FakeAnthropic;
  gateway: GatewayProcess;
  /** A browser profile of its own: no cookies, nothing stored. Its pages are watched for `complaints`. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Closes all pages and ends all sessions, so that the next scenario begins with neither. */
  clear(): Promise<void>;
  /** Errors in pages and breaches of the content security policy. No scenario may cause any. */
  complaints: string[];
  /** Kills the gateway and starts another with the same data at the same address, as after a crash. */
  restartGateway(): Promise<void>;
  close(): Promise<void>;
}

/** @param env changes to the gateway's environment */
export async function openStage(env: Record<string, string> = {}): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'claude-webui-e2e-'));
  const fake = await startFakeAnthropic({ key: MODEL_KEY });
  const environment = {
    PORT: '0',
    INTERNAL_PORT: '0',
    LOG_LEVEL: 'warn',
    DATA_DIR: join(directory, 'data'),
    CLAUDE_WORKING_DIR: join(directory, 'sessions'),
    CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
    ANTHROPIC_BASE_URL: fake.url,
    ANTHROPIC_API_KEY: MODEL_KEY,
    ...env,
  };
  let gateway = await startGatewayProcess(environment);
  const browser = await launchBrowser([`--host-resolver-rules=MAP ${UNTRUSTED_HOST} 127.0.0.1`]);
  const complaints: string[] = [];
  return {
    fake,
    get gateway() {
      return gateway;
    },
    complaints,
    newContext: async (options) => {
      const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, ...options });
      context.on('page', (page) => watch(page, complaints));
      return context;
    },
    clear: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await endAllSessions(gateway.url);
    },
    restartGateway: async () => {
      await gateway.kill();
      gateway = await startGatewayProcess({ ...environment, PORT: new URL(gateway.url).port });
    },
    close: async () => {
      await browser.close();
      await gateway.close();
      await fake.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function endAllSessions(url: string): Promise<void> {
  const call = async (method: string, path: string, token?: string, body?: object) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? ''}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return response.status === 204 ? null : ((await response.json()) as unknown);
  };
  const { token } = (await call('POST', '/auth/login', undefined, { username: USERNAME, password: PASSWORD })) as {
    token: string;
  };
  const { sessions } = (await call('GET', '/api/v1/sessions', token)) as { sessions: { id: string; state: string }[] };
  const live = sessions.filter(({ state }) => state !== 'ended');
  await Promise.all(live.map(({ id }) => call('DELETE', `/api/v1/sessions/${id}`, token)));
}
