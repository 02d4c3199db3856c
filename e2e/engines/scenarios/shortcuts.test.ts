/** The page's shortcuts by keys of the X display, in browsers that nothing drives: a browser takes its own before the page sees them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawSettings, startRecorder } from '../../system/raw-program';
import { signInByRest } from '../../system/rest';
import { startServers } from '../../system/servers';
import type { Servers } from '../../system/servers';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { openDisplay } from '../display';
import type { Display } from '../display';
import { openDoor, openUndriven } from '../undriven';
import type { Door, UndrivenBrowser } from '../undriven';

/** For a browser, from its start until the terminal takes keys. */
const START_TIMEOUT_MS = 60_000;

const LEAVE = 'ctrl+shift+BackSpace';
/** Layout, previous tab, next tab. 94 is the key beside the left Shift, the Russian letters are where a US layout has < and >. */
const TAB_KEYS = [
  ['us', 'ctrl+less', 'ctrl+greater'],
  ['de', 'ctrl+94', 'ctrl+shift+94'],
  ['fr', 'ctrl+94', 'ctrl+shift+94'],
  ['ru', 'ctrl+Cyrillic_BE', 'ctrl+Cyrillic_YU'],
] as const;

let servers: Servers;
let display: Display;
let door: Door;
beforeAll(async () => {
  servers = await startServers(rawSettings());
  display = await openDisplay();
  door = await openDoor(servers.gateway.url);
});
afterAll(async () => {
  await door.close();
  await display.close();
  await servers.close();
});

describe.each(['Chromium', 'Firefox', 'WebKit'] as const)('in %s', (name) => {
  let browser: UndrivenBrowser;
  let keysFile: string;
  beforeAll(async () => {
    await display.run('setxkbmap', '-layout', 'us');
    const id = await startRecorder(servers.gateway.url, 'word '.repeat(600));
    keysFile = join(servers.sessionsDirectory, id, 'workspace', 'keys');
    await (
      await signInByRest(servers.gateway.url)
    )('PATCH', `/api/v1/sessions/${id}`, { name: 'first' });
    browser = await openUndriven(name, display, door.url);
    await eventually(
      async () => {
        await display.run('xdotool', 'mousemove', '700', '500', 'click', '1', 'key', 'r');
        return received().includes('r');
      },
      () => 'no key reaches the program',
      START_TIMEOUT_MS,
    );
    // Behind the last of those.
    await press('Tab');
    await eventually(() => received().endsWith('\t'), received);
  }, 2 * START_TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    await servers.endAllSessions();
  });

  const received = () => (existsSync(keysFile) ? readFileSync(keysFile, 'utf8') : '');
  const press = (...keys: string[]) => display.run('xdotool', 'key', '--delay', '60', ...keys);
  const title = () => display.run('xdotool', 'getactivewindow', 'getwindowname');
  const isInView = (session: string) =>
    eventually(
      async () => (await title()).includes(`${session} — `),
      async () => `not ${session} is in view, but ${await title()}`,
    );
  /** Waits until the program has got this since it had `before` characters. */
  const gets = (text: string, before: number) =>
    eventually(
      () => received().slice(before) === text,
      () => `${JSON.stringify(text)} was to arrive, not ${JSON.stringify(received().slice(before))}`,
    );
  const copies = (text: string, keys: string[]) =>
    eventually(
      async () => {
        await press(...keys);
        return (await display.read('clipboard')) === text;
      },
      async () => `${text} was to be copied, not ${await display.read('clipboard')}`,
    );

  test('the way out of the terminal and back, search, paste and copy are left to the page', async () => {
    let before = received().length;
    await press('a', LEAVE, 'x', LEAVE, 'b');
    await gets('ab', before);

    await press('ctrl+shift+f');
    await copies('ab', ['ctrl+a', 'a', 'b', 'ctrl+a', 'ctrl+c']);
    before = received().length;
    await press('Escape', 'b');
    await gets('b', before);

    await display.copy('clipboard', 'pasted');
    before = received().length;
    await press('ctrl+shift+v');
    await gets('pasted', before);

    await display.run('xdotool', 'mousemove', '700', '300', 'click', '--repeat', '2', '--delay', '60', '1');
    await copies('word', ['ctrl+shift+c']);
    before = received().length;
    await press('a');
    await gets('a', before);
  });

  test('new session, previous and next tab are left to the page, under each layout', async () => {
    await press('ctrl+shift+Return');
    await eventually(
      async () => {
        // For the dialog, as soon as it is there.
        await press('Return');
        return (await title()).includes('Session 1');
      },
      async () => `no session is made: ${await title()}`,
    );
    for (const [layout, previous, next] of TAB_KEYS) {
      await display.run('setxkbmap', '-layout', layout);
      await press(previous);
      await isInView('first');
      await press(next);
      await isInView('Session 1');
    }
  });
});
