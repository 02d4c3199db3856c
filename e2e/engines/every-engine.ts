/** Runs scenarios once for each browser, against one gateway. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServers } from '../system/servers';
import type { Servers } from '../system/servers';
import { Chromium } from './chromium';
import { openDisplay } from './display';
import type { Display } from './display';
import type { Engine, EngineBrowser, EnginePage, LaunchOptions } from './engine';
import { Firefox } from './firefox';
import { WebKit } from './webkit';

/** A browser as somebody has it. */
export interface Setup extends Pick<LaunchOptions, 'preferences'> {
  name: string;
  engine: Engine;
}

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
  inBrowsers(
    ENGINES.map((engine) => ({ name: engine.name, engine })),
    env,
    scenarios,
  );
}

/** The same in browsers that are set up otherwise. */
export function inBrowsers(
  setups: readonly Setup[],
  env: Record<string, string>,
  scenarios: (play: () => Play) => void,
): void {
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

  describe.each(setups)('in $name', ({ engine, preferences = {} }) => {
    let browser: EngineBrowser;
    beforeAll(async () => {
      browser = await engine.launch({ display, downloads, preferences });
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
