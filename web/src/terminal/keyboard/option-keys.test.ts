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

test.each<[OptionAsMeta, boolean, boolean]>([
  ['none', false, false],
  ['left', true, false],
  ['right', false, true],
  ['both', true, true],
])('with %s as Meta', (setting, left, right) => {
  const keys = new OptionKeys(() => setting);
  const press = (code: string, type: 'keydown' | 'keyup') =>
    keys.see({ type, code }, { ...stroke, key: 'Alt', code, alt: type === 'keydown' });
  press('AltLeft', 'keydown');
  expect(keys.areMeta).toBe(left);
  press('AltLeft', 'keyup');
  press('AltRight', 'keydown');
  expect(keys.areMeta).toBe(right);
});

test('an Option key that was let go in another window is not held any more', () => {
  const keys = new OptionKeys(() => 'left');
  keys.see({ type: 'keydown', code: 'AltLeft' }, { ...stroke, code: 'AltLeft', alt: true });
  keys.see({ type: 'keydown', code: 'KeyA' }, { ...stroke, key: 'q', code: 'KeyA' });
  expect(keys.areMeta).toBe(false);
  expect(keys.layout.get('KeyA')).toBe('q');
});
