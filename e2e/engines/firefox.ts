import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import type { Browser, BrowserContext, ElementHandle, KeyInput, Page } from 'puppeteer-core';
import { EnginePage, VIEWPORT, keysOf } from './engine';
import type { Engine, EngineBrowser, LaunchOptions, Point } from './engine';

/** @throws if it is not installed */
export function firefoxPath(): string {
  const path = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr';
  if (existsSync(path)) return path;
  throw new Error(`There is no ${path}. Install firefox-esr, or set FIREFOX_PATH to where Firefox is.`);
}

export const Firefox: Engine = {
  name: 'Firefox',
  launch: async ({ display, downloads, preferences }) => {
    return new FirefoxBrowser(
      await puppeteer.launch({
        browser: 'firefox',
        executablePath: firefoxPath(),
        headless: false,
        env: { ...process.env, ...display.env },
        defaultViewport: VIEWPORT,
        extraPrefsFirefox: { ...downloadPreferences(downloads), ...preferences },
      }),
    );
  },
};

const downloadPreferences = (folder: LaunchOptions['downloads']) => ({
  'browser.download.folderList': 2,
  'browser.download.dir': folder,
  'browser.download.useDownloadDir': true,
  'browser.download.alwaysOpenPanel': false,
});

class FirefoxBrowser implements EngineBrowser {
  constructor(private readonly browser: Browser) {}

  async newPage(): Promise<EnginePage> {
    return FirefoxPage.in(await this.browser.createBrowserContext());
  }

  async clear(): Promise<void> {
    const own = this.browser.browserContexts().filter((context) => context !== this.browser.defaultBrowserContext());
    await Promise.all(own.map((context) => context.close()));
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

class FirefoxPage extends EnginePage {
  private constructor(private readonly page: Page) {
    super();
  }

  static async in(context: BrowserContext): Promise<FirefoxPage> {
    return new FirefoxPage(await context.newPage());
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  async back(): Promise<void> {
    await this.page.goBack();
  }

  value(expression: string): Promise<unknown> {
    return this.page.evaluate(expression);
  }

  click({ x, y }: Point, button: 'left' | 'middle' = 'left', count: 1 | 2 = 1): Promise<void> {
    return this.page.mouse.click(x, y, { button, count });
  }

  async drag(from: Point, to: Point): Promise<void> {
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move(to.x, to.y, { steps: 4 });
    await this.page.mouse.up();
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }

  async press(chord: string): Promise<void> {
    // Its type is a list of names; a character is taken too.
    const keys = keysOf(chord) as KeyInput[];
    for (const key of keys) await this.page.keyboard.down(key);
    for (const key of keys.reverse()) await this.page.keyboard.up(key);
  }

  async choose(selector: string, paths: string[]): Promise<void> {
    const input = (await this.page.$(selector)) as ElementHandle<HTMLInputElement> | null;
    if (input === null) throw new Error(`there is no ${selector}`);
    await input.uploadFile(...paths);
  }

  resize(size: { width: number; height: number }): Promise<void> {
    return this.page.setViewport(size);
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path: asPng(path) });
  }

  another(): Promise<EnginePage> {
    return FirefoxPage.in(this.page.browserContext());
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

function asPng(path: string): `${string}.png` {
  return path.endsWith('.png') ? (path as `${string}.png`) : `${path}.png`;
}
