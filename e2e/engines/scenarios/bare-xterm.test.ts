/** As e2e/scenarios/xterm.test.ts: a fault of xterm.js alone. A test that fails here is good news, and what it names can go. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDisplay } from '../display';
import type { Display } from '../display';
import type { EngineBrowser } from '../engine';
import { Firefox } from '../firefox';

const PAGE = `<!doctype html><style>${readFileSync(require.resolve('@xterm/xterm/css/xterm.css'), 'utf8')}</style>
  <div data-testid="terminal"></div><script src="/xterm.js"></script><script>
    const element = document.querySelector('div');
    element.terminal = new Terminal({ rows: 10, cols: 40 });
    element.terminal.open(element);
    element.terminal.write('one two three');
  </script>`;

let server: Server;
let display: Display;
let browser: EngineBrowser;
let downloads: string;
beforeAll(async () => {
  server = createServer(({ url }, response) =>
    url === '/xterm.js'
      ? response.setHeader('content-type', 'text/javascript').end(readFileSync(require.resolve('@xterm/xterm')))
      : response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  display = await openDisplay();
  downloads = mkdtempSync(join(tmpdir(), 'claude-webui-downloads-'));
  browser = await Firefox.launch({ display, downloads });
});
afterAll(async () => {
  await browser.close();
  await display.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(downloads, { recursive: true });
});

test('Firefox does not offer what was selected to the middle button (xtermjs/xterm.js#723): clipboard/primary-selection.ts', async () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${address.port}/`);
  const cell = await page.evaluate(() => {
    const screen = document.querySelector('.xterm-screen')?.getBoundingClientRect();
    return {
      x: screen?.x ?? 0,
      y: screen?.y ?? 0,
      width: (screen?.width ?? 0) / 40,
      height: (screen?.height ?? 0) / 10,
    };
  });
  const y = cell.y + cell.height / 2;
  await page.drag({ x: cell.x + 4.5 * cell.width, y }, { x: cell.x + 7.5 * cell.width, y });
  const selected = () =>
    page.evaluate(() => document.querySelector('[data-testid=terminal]')?.terminal?.getSelection());
  expect(await selected()).not.toBe('');
  expect(await display.read('primary')).not.toBe(await selected());
});
