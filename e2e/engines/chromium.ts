import { join } from 'node:path';
import { background } from '@claude-webui/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '@claude-webui/testing/page/browser';
import { EnginePage, VIEWPORT } from './engine';
import type { Engine, EngineBrowser, LaunchOptions, Point } from './engine';

export const Chromium: Engine = {
  name: 'Chromium',
  launch: async ({ display, downloads }) =>
    new ChromiumBrowser(
      await launchBrowser([], { headless: false, env: { ...process.env, ...display.env } }),
      downloads,
    ),
};

class ChromiumBrowser implements EngineBrowser {
  constructor(
    private readonly browser: Browser,
    private readonly downloads: LaunchOptions['downloads'],
  ) {}

  async newPage(): Promise<EnginePage> {
    const context = await this.browser.newContext({ viewport: VIEWPORT });
    context.on('page', (page) => {
      // Otherwise Playwright keeps it under a name that nobody knows.
      page.on('download', (download) =>
        background('file-transfer', download.saveAs(join(this.downloads, download.suggestedFilename()))),
      );
    });
    return ChromiumPage.in(context);
  }

  async clear(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

class ChromiumPage extends EnginePage {
  private constructor(private readonly page: Page) {
    super();
  }

  static async in(context: BrowserContext): Promise<ChromiumPage> {
    return new ChromiumPage(await context.newPage());
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
    return this.page.mouse.click(x, y, { button, clickCount: count });
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

  press(chord: string): Promise<void> {
    return this.page.keyboard.press(chord);
  }

  choose(selector: string, paths: string[]): Promise<void> {
    return this.page.setInputFiles(selector, paths);
  }

  resize(size: { width: number; height: number }): Promise<void> {
    return this.page.setViewportSize(size);
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  another(): Promise<EnginePage> {
    return ChromiumPage.in(this.page.context());
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
