/** The servers and a browser: everything a scenario plays on. */
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { launchBrowser, watch } from '@claude-webui/testing/page/browser';
import { startServers } from './servers';
import type { Servers } from './servers';

/** A name that browsers find on this machine but, unlike localhost, do not trust over plain HTTP. */
export const UNTRUSTED_HOST = 'lan.test';

export interface Stage extends Pick<Servers, 'fake' | 'gateway' | 'restartGateway'> {
  /** A browser profile of its own: no cookies, nothing stored. Its pages are watched for `complaints`. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Closes all pages and ends all sessions, so that the next scenario begins with neither. */
  clear(): Promise<void>;
  /** Errors in pages and breaches of the content security policy. No scenario may cause any. */
  complaints: string[];
  close(): Promise<void>;
}

/** @param env changes to the gateway's environment */
export async function openStage(env: Record<string, string> = {}): Promise<Stage> {
  const servers = await startServers(env);
  const browser = await launchBrowser([`--host-resolver-rules=MAP *${UNTRUSTED_HOST} 127.0.0.1`]);
  const complaints: string[] = [];
  return {
    fake: servers.fake,
    get gateway() {
      return servers.gateway;
    },
    complaints,
    newContext: async (options) => {
      const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, ...options });
      context.on('page', (page) => watch(page, complaints));
      return context;
    },
    clear: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await servers.endAllSessions();
    },
    restartGateway: servers.restartGateway,
    close: async () => {
      await browser.close();
      await servers.close();
    },
  };
}
