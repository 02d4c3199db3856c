import { keyAction } from './key-action';
import type { KeyStroke } from './key-stroke';
import { OptionKeys } from './option-keys';
import type { OptionAsMeta } from './option-keys';

const stroke = {
  key: '',
  code: '',
  keyCode: 0,
  alt: false,
  control: false,
  shift: false,
  meta: false,
  altGraph: false,
  isComposing: false,
};

/** A person at a Mac's keyboard; what the program gets for each key. */
function mac(setting: OptionAsMeta) {
  const keys = new OptionKeys(() => setting);
  const held: Record<string, boolean> = { AltLeft: false, AltRight: false };
  const isAlt = () => Object.values(held).includes(true);
  const press = (change: Partial<KeyStroke>): string => {
    const pressed = { ...stroke, alt: isAlt(), ...change };
    keys.see({ type: 'keydown', code: pressed.code }, pressed);
    const optionIsMeta = keys.isMeta(pressed);
    const action = keyAction(pressed, { platform: 'mac', optionIsMeta, layout: keys.layout });
    return action.do === 'send' ? action.text : action.do;
  };
  const option = (code: 'AltLeft' | 'AltRight', isDown: boolean) => {
    held[code] = isDown;
    keys.see({ type: isDown ? 'keydown' : 'keyup', code }, { ...stroke, key: 'Alt', code, alt: isAlt() });
  };
  return { keys, press, option };
}

const SETTINGS: readonly OptionAsMeta[] = ['none', 'left', 'right', 'both'];

test.each(SETTINGS)('Control without Option is that control alone, with %s as Meta', (setting) => {
  const { press, option } = mac(setting);
  const controls = () => [
    press({ key: 'c', code: 'KeyC', control: true }),
    press({ key: 'r', code: 'KeyR', control: true }),
    press({ key: ' ', code: 'Space', control: true }),
    press({ key: '[', code: 'BracketLeft', control: true }),
  ];
  expect(controls()).toEqual(['\x03', '\x12', '\x00', '\x1b']);
  for (const code of ['AltLeft', 'AltRight'] as const) {
    option(code, true);
    option(code, false);
    expect(controls()).toEqual(['\x03', '\x12', '\x00', '\x1b']);
  }
});

test.each<[OptionAsMeta, 'AltLeft' | 'AltRight', boolean]>([
  ['none', 'AltLeft', false],
  ['none', 'AltRight', false],
  ['left', 'AltLeft', true],
  ['left', 'AltRight', false],
  ['right', 'AltLeft', false],
  ['right', 'AltRight', true],
  ['both', 'AltLeft', true],
  ['both', 'AltRight', true],
])('with %s as Meta, a key with %s: Meta is %s', (setting, code, isMeta) => {
  const { press, option } = mac(setting);
  option(code, true);
  expect(press({ key: '∫', code: 'KeyB' })).toBe(isMeta ? '\x1bb' : 'nothing');
  expect(press({ key: 'ç', code: 'KeyC', control: true })).toBe(isMeta ? '\x1b\x03' : '\x03');
  option(code, false);
  expect(press({ key: 'b', code: 'KeyB' })).toBe('pass-on');
});

test('with both as Meta, one Option key that is left is Meta, also one that went down in another window', () => {
  const { press, option } = mac('both');
  option('AltLeft', true);
  option('AltRight', true);
  option('AltLeft', false);
  expect(press({ key: '∫', code: 'KeyB' })).toBe('\x1bb');
  option('AltRight', false);
  expect(press({ key: '∫', code: 'KeyB', alt: true })).toBe('\x1bb');
});

test('an Option key that was let go in another window is not held any more', () => {
  const { keys, press, option } = mac('left');
  option('AltLeft', true);
  expect(press({ key: 'q', code: 'KeyA', alt: false })).toBe('pass-on');
  expect(keys.layout.get('KeyA')).toBe('q');
  expect(press({ key: 'œ', code: 'KeyA', alt: true })).toBe('nothing');
});
