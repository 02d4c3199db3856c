/** Keyboard layouts as people have them: keys of the X display, in browsers that nothing drives. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { rawSettings, startRecorder } from '../../system/raw-program';
import { startServers } from '../../system/servers';
import type { Servers } from '../../system/servers';
import { openDisplay } from '../display';
import type { Display } from '../display';
import { openDoor, openUndriven } from '../undriven';
import type { Door, UndrivenBrowser } from '../undriven';

/** Pressed before a check, until the program has it: then nothing is on its way any more. */
const MARK = '\t';
/** For a browser, from its start until the terminal takes keys. */
const START_TIMEOUT_MS = 60_000;

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
    const id = await startRecorder(servers.gateway.url);
    keysFile = join(servers.sessionsDirectory, id, 'workspace', 'keys');
    browser = await openUndriven(name, display, door.url);
    await eventually(
      async () => {
        await display.run('xdotool', 'mousemove', '700', '500', 'click', '1', 'key', 'r');
        return received().includes('r');
      },
      () => 'no key reaches the program',
      START_TIMEOUT_MS,
    );
    await press(['-layout', 'us']);
  }, 2 * START_TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    await servers.endAllSessions();
  });

  const received = () => (existsSync(keysFile) ? readFileSync(keysFile, 'utf8') : '');

  /** Presses keys under a layout, and resolves with what the program has got. */
  async function press(layout: string[], ...keys: string[]): Promise<string> {
    await display.run('setxkbmap', ...layout);
    const before = received().length;
    await display.run('xdotool', 'key', '--delay', '60', ...keys, 'Tab');
    await eventually(
      () => received().slice(before).includes(MARK),
      () => `the keys ${keys.join(' ')} gave ${JSON.stringify(received().slice(before))}`,
    );
    return received().slice(before, -1);
  }

  test('dead keys make one letter with the next key, and what does not combine is two', async () => {
    const us = ['-layout', 'us', '-variant', 'intl'];
    expect(await press(us, 'dead_acute', 'e', 'x')).toBe('éx');
    expect(await press(us, 'dead_diaeresis', 'u', 'dead_acute', 'space')).toBe("ü'");
    expect(await press(us, 'dead_tilde', 'slash')).toBe('~/');
    expect(await press(['-layout', 'de'], 'dead_circumflex', 'o', 'dead_grave', 'a')).toBe('ôà');
  });

  test('what follows a dead key or AltGr arrives: the same again, controls, arrows', async () => {
    const us = ['-layout', 'us', '-variant', 'intl'];
    expect(await press(us, 'dead_acute', 'dead_acute', 'x')).toBe('´x');
    expect(await press(us, 'dead_acute', 'e', 'Return', 'BackSpace', 'Up', 'ctrl+c')).toBe('é\r\x7f\x1b[A\x03');
    expect(await press(['-layout', 'de'], 'at', 'Return', 'at', 'Up', 'at', 'ctrl+c')).toBe('@\r@\x1b[A@\x03');
  });

  test('a Compose key makes one letter of the next two keys', async () => {
    const compose = ['-layout', 'us', '-option', '', '-option', 'compose:ralt'];
    expect(await press(compose, 'Multi_key', 'apostrophe', 'e', 'Multi_key', 'o', 'slash', 'Return')).toBe('éø\r');
    await display.run('setxkbmap', '-option', '');
  });

  test('AltGr makes the characters of its layout', async () => {
    expect(await press(['-layout', 'de'], 'at', 'bracketleft', 'bar', 'braceright', 'asciitilde', 'backslash')).toBe(
      '@[|}~\\',
    );
    expect(await press(['-layout', 'fr'], 'at', 'numbersign', 'EuroSign')).toBe('@#€');
  });

  test('Control and a letter is that control under Russian and Greek layouts', async () => {
    expect(await press(['-layout', 'ru'], 'Cyrillic_es', 'ctrl+Cyrillic_es', 'ctrl+Cyrillic_ve')).toBe('с\x03\x04');
    expect(await press(['-layout', 'gr'], 'Greek_alpha', 'ctrl+Greek_psi')).toBe('α\x03');
  });

  test('fast keys come in their order', async () => {
    await display.run('setxkbmap', '-layout', 'us');
    const before = received().length;
    const text = 'the quick brown fox jumps over the lazy dog '.repeat(3);
    await display.run('xdotool', 'type', '--delay', '2', text);
    await eventually(
      () => received().slice(before).length >= text.length,
      () => received().slice(before),
    );
    expect(received().slice(before)).toBe(text);
  });
});
