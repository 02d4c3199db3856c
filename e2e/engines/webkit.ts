import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import type { Display } from './display';
import { EnginePage, VIEWPORT, keysOf } from './engine';
import type { Engine, EngineBrowser, Point } from './engine';
import { WebDriverSession } from './webdriver';

const LIBRARIES = '/usr/lib';
/** Enough of the driver's log to see what went wrong. */
const MAX_LOG_CHARACTERS = 2000;

export const WebKit: Engine = {
  name: 'WebKit',
  launch: async (options) => {
    const home = homeWithDownloads(options.downloads);
    const { url, driver } = await onFreePorts(1, (port) =>
      startDriver(port, { ...process.env, ...options.display.env, HOME: home }),
    );
    return new WebKitBrowser(url, driver, home, options.display);
  },
};

/** GTK's browser that comes with the library. */
export function miniBrowser(): string {
  for (const architecture of readdirSync(LIBRARIES)) {
    const path = join(LIBRARIES, architecture, 'webkit2gtk-4.1');
    try {
      if (readdirSync(path).includes('MiniBrowser')) return join(path, 'MiniBrowser');
    } catch {
      // Not every folder there is an architecture's.
    }
  }
  throw new Error('There is no MiniBrowser of WebKitGTK. Install webkit2gtk-driver.');
}

/** Where it saves files is nothing that a driver can say; GTK asks the person's folders. */
function homeWithDownloads(downloads: string): string {
  const home = mkdtempSync(join(tmpdir(), 'webkit-home-'));
  mkdirSync(join(home, '.config'));
  writeFileSync(join(home, '.config/user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  return home;
}

/** Resolves once it answers. @throws Error with what it printed if it ends before */
async function startDriver(port: number, env: NodeJS.ProcessEnv): Promise<{ url: string; driver: ChildProcess }> {
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  driver.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-MAX_LOG_CHARACTERS)));
  const ended = once(driver, 'close').then(() => {
    throw new Error(`WebKitWebDriver ended: ${said}`);
  });
  ended.catch(() => undefined);
  const url = `http://127.0.0.1:${port}`;
  const answers = eventually(
    () =>
      fetch(`${url}/status`).then(
        ({ ok }) => ok,
        () => false,
      ),
    () => `WebKitWebDriver does not answer: ${said}`,
  );
  await Promise.race([answers, ended]);
  return { url, driver };
}

class WebKitBrowser implements EngineBrowser {
  private readonly sessions = new Set<WebDriverSession>();

  constructor(
    private readonly url: string,
    private readonly driver: ChildProcess,
    private readonly home: string,
    private readonly display: Display,
  ) {}

  async newPage(): Promise<EnginePage> {
    // The driver has one session at a time: a second page is another window of it.
    await this.clear();
    const session = await WebDriverSession.start(this.url, {
      'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
    });
    this.sessions.add(session);
    const page = new WebKitPage(session, (await session.get('window')) as string, this.display);
    await page.resize(VIEWPORT);
    return page;
  }

  async clear(): Promise<void> {
    await Promise.all([...this.sessions].map((session) => session.delete()));
    this.sessions.clear();
  }

  async close(): Promise<void> {
    await this.clear();
    const exit = once(this.driver, 'exit');
    this.driver.kill();
    await exit;
    rmSync(this.home, { recursive: true, force: true });
  }
}

class WebKitPage extends EnginePage {
  constructor(
    private readonly session: WebDriverSession,
    private readonly window: string,
    private readonly display: Display,
  ) {
    super();
  }

  async goto(url: string): Promise<void> {
    await this.inView();
    await this.session.post('url', { url });
  }

  async reload(): Promise<void> {
    await this.inView();
    await this.session.post('refresh');
  }

  async back(): Promise<void> {
    await this.inView();
    await this.session.post('back');
  }

  async value(expression: string): Promise<unknown> {
    await this.inView();
    return this.session.evaluate(expression);
  }

  async click({ x, y }: Point, button: 'left' | 'middle' = 'left', count: 1 | 2 = 1): Promise<void> {
    await this.inView();
    if (button === 'middle') return this.clickMiddle({ x, y });
    const once = [
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    await this.session.pointer(
      { type: 'pointerMove', x: Math.round(x), y: Math.round(y) },
      ...Array.from({ length: count }, () => once).flat(),
    );
  }

  /** The driver lets go of the left button, whichever was pressed. */
  private async clickMiddle({ x, y }: Point): Promise<void> {
    const page = await this.evaluate(() => ({ x: screenX, y: screenY + outerHeight - innerHeight }));
    const [column, row] = [Math.round(page.x + x), Math.round(page.y + y)];
    await this.display.run('xdotool', 'mousemove', `${column}`, `${row}`, 'click', '2');
  }

  async drag(from: Point, to: Point): Promise<void> {
    await this.inView();
    const move = ({ x, y }: Point) => ({ type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 100 });
    await this.session.pointer(move(from), { type: 'pointerDown', button: 0 }, move(to), {
      type: 'pointerUp',
      button: 0,
    });
  }

  async type(text: string): Promise<void> {
    await this.inView();
    await this.session.keys(
      ...Array.from(text).flatMap((key) => [{ type: 'keyDown', key } as const, { type: 'keyUp', key } as const]),
    );
  }

  async press(chord: string): Promise<void> {
    await this.inView();
    const keys = keysOf(chord);
    await this.session.keys(
      ...keys.map((key) => ({ type: 'keyDown', key }) as const),
      ...keys.reverse().map((key) => ({ type: 'keyUp', key }) as const),
    );
  }

  async choose(selector: string, paths: string[]): Promise<void> {
    await this.inView();
    await this.session.setFiles(selector, paths);
  }

  async resize({ width, height }: { width: number; height: number }): Promise<void> {
    await this.inView();
    // A window is bigger than its page by bars whose size only the page can tell.
    await this.session.post('window/rect', { width, height });
    const inner = await this.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));
    await this.session.post('window/rect', { width: 2 * width - inner.width, height: 2 * height - inner.height });
  }

  async screenshot(path: string): Promise<void> {
    await this.inView();
    await writeFile(path, Buffer.from((await this.session.get('screenshot')) as string, 'base64'));
  }

  async another(): Promise<EnginePage> {
    const { handle } = (await this.session.post('window/new', { type: 'tab' })) as { handle: string };
    return new WebKitPage(this.session, handle, this.display);
  }

  async close(): Promise<void> {
    await this.inView();
    await this.session.delete('window');
  }

  /** Commands go to one window, that which was chosen last. */
  private async inView(): Promise<void> {
    await this.session.post('window', { handle: this.window });
  }
}
