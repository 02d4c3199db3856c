/** Keyboard layouts as people have them: keys of the X display, in browsers that nothing drives. */
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { OPEN_TIMEOUT_MS, openKeyboardScene } from '../keyboard-scene';
import type { KeyboardScene, RecordedKeys } from '../keyboard-scene';

/** Pressed before a check, until the program has it: then nothing is on its way any more. */
const MARK = '\t';

let scene: KeyboardScene;
beforeAll(async () => {
  scene = await openKeyboardScene();
});
afterAll(() => scene.close());

describe.each(['Chromium', 'Firefox', 'WebKit'] as const)('in %s', (name) => {
  let opened: RecordedKeys;
  beforeAll(async () => {
    opened = await scene.open(name);
  }, OPEN_TIMEOUT_MS);
  afterAll(() => opened.close());

  const received = () => opened.received();

  /** Presses keys under a layout, and resolves with what the program has got. */
  async function press(layout: string[], ...keys: string[]): Promise<string> {
    await scene.display.run('setxkbmap', ...layout);
    const before = received().length;
    await scene.display.run('xdotool', 'key', '--delay', '60', ...keys, 'Tab');
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
    await scene.display.run('setxkbmap', '-option', '');
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
    await scene.display.run('setxkbmap', '-layout', 'us');
    const before = received().length;
    const text = 'the quick brown fox jumps over the lazy dog '.repeat(3);
    await scene.display.run('xdotool', 'type', '--delay', '2', text);
    await eventually(
      () => received().slice(before).length >= text.length,
      () => received().slice(before),
    );
    expect(received().slice(before)).toBe(text);
  });
});
