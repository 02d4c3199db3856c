/** The page's shortcuts by keys of the X display, in browsers that nothing drives: a browser takes its own before the page sees them. */
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { signInByRest } from '../../system/rest';
import { OPEN_TIMEOUT_MS, openKeyboardScene } from '../keyboard-scene';
import type { KeyboardScene, RecordedKeys } from '../keyboard-scene';

const LEAVE = 'ctrl+shift+BackSpace';
/** Layout, previous tab, next tab. 94 is the key beside the left Shift, the Russian letters are where a US layout has < and >. */
const TAB_KEYS = [
  ['us', 'ctrl+less', 'ctrl+greater'],
  ['de', 'ctrl+94', 'ctrl+shift+94'],
  ['fr', 'ctrl+94', 'ctrl+shift+94'],
  ['ru', 'ctrl+Cyrillic_BE', 'ctrl+Cyrillic_YU'],
] as const;

let scene: KeyboardScene;
beforeAll(async () => {
  scene = await openKeyboardScene();
});
afterAll(() => scene.close());

describe.each(['Chromium', 'Firefox', 'WebKit'] as const)('in %s', (name) => {
  let opened: RecordedKeys;
  beforeAll(async () => {
    opened = await scene.open(name, 'word '.repeat(600));
    const call = await signInByRest(scene.url);
    await call('PATCH', `/api/v1/sessions/${opened.sessionId}`, { name: 'first' });
  }, OPEN_TIMEOUT_MS);
  afterAll(() => opened.close());

  const received = () => opened.received();
  const press = (...keys: string[]) => scene.display.run('xdotool', 'key', '--delay', '60', ...keys);
  const title = () => scene.display.run('xdotool', 'getactivewindow', 'getwindowname');
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
        return (await scene.display.read('clipboard')) === text;
      },
      async () => `${text} was to be copied, not ${await scene.display.read('clipboard')}`,
    );

  test('the way out of the terminal and back, search, paste and copy are left to the page', async () => {
    let before = received().length;
    await press('a');
    await gets('a', before);
    await press(LEAVE, 'x', LEAVE, 'b');
    await gets('ab', before);

    await press('ctrl+shift+f');
    await copies('ab', ['ctrl+a', 'a', 'b', 'ctrl+a', 'ctrl+c']);
    before = received().length;
    await press('Escape', 'b');
    await gets('b', before);

    await scene.display.copy('clipboard', 'pasted');
    before = received().length;
    await press('ctrl+shift+v');
    await gets('pasted', before);

    await scene.display.run('xdotool', 'mousemove', '700', '300', 'click', '--repeat', '2', '--delay', '60', '1');
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
      await scene.display.run('setxkbmap', '-layout', layout);
      await press(previous);
      await isInView('first');
      await press(next);
      await isInView('Session 1');
    }
  });
});
