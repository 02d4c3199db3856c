/** Runs scenarios once for each engine, against one gateway. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServers } from '../system/servers';
import type { Servers } from '../system/servers';
import { Chromium } from './chromium';
import { openDisplay } from './display';
import type { Display } from './display';
import type { EngineBrowser, EnginePage, Engine } from './engine';
import { Firefox } from './firefox';
import { WebKit } from './webkit';

export const ENGINES: readonly Engine[] = [Chromium, Firefox, WebKit];

export interface Play {
  engine: Engine;
  url: string;
  servers: Servers;
  display: Display;
  downloads: string;
  /** A page whose browser knows nobody. */
  newPage(): Promise<EnginePage>;
}

/**
 * @param env changes to the gateway's environment
 * @param scenarios defines tests; what it is given may be asked only within them
 */
export function inEveryEngine(env: Record<string, string>, scenarios: (play: () => Play) => void): void {
  let servers: Servers;
  let display: Display;
  const downloads = mkdtempSync(join(tmpdir(), 'claude-webui-downloads-'));
  beforeAll(async () => {
    servers = await startServers(env);
    display = await openDisplay();
  });
  afterAll(async () => {
    await display.close();
    await servers.close();
    rmSync(downloads, { recursive: true, force: true });
  });

  describe.each(ENGINES)('in $name', (engine) => {
    let browser: EngineBrowser;
    beforeAll(async () => {
      browser = await engine.launch({ display, downloads });
    });
    afterEach(async () => {
      await browser.clear();
      await servers.endAllSessions();
    });
    afterAll(() => browser.close());
    scenarios(() => ({
      engine,
      servers,
      display,
      downloads,
      url: servers.gateway.url,
      newPage: () => browser.newPage(),
    }));
  });
}
